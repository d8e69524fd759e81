/// The bounded log on disk for what must not be lost before somebody else has it.
@NullMarked
package dev.voltbus.outbox;

import org.jspecify.annotations.NullMarked;
