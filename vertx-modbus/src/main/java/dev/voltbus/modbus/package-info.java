/// Modbus client with Vert.x futures; the only place where j2mod is visible.
@NullMarked
package dev.voltbus.modbus;

import org.jspecify.annotations.NullMarked;
