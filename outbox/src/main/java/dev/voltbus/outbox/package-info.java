/// The bounded log on disk for what must not be lost before somebody else has it, and the audit,
/// whose lines hang together.
@NullMarked
package dev.voltbus.outbox;

import org.jspecify.annotations.NullMarked;
