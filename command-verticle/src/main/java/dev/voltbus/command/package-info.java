/// Answers commands and publishes the control state of a site.
@NullMarked
package dev.voltbus.command;

import org.jspecify.annotations.NullMarked;
