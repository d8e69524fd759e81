/// The web console: what the site's devices say, live, read only.
@NullMarked
package dev.voltbus.console;

import org.jspecify.annotations.NullMarked;
