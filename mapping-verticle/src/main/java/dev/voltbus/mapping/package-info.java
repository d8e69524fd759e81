/// Turns words into values with units, quality and text.
@NullMarked
package dev.voltbus.mapping;

import org.jspecify.annotations.NullMarked;
