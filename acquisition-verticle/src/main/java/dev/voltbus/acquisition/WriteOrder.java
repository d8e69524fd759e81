package dev.voltbus.acquisition;

import org.jspecify.annotations.Nullable;

/// A value on its way to a register.
///
/// @param id id of the request; made up for what the session writes by itself
/// @param source who wants it
/// @param target the register
/// @param value in the register's unit
/// @param later value that ends it, which has to fit as well; null if there is none
/// @param deadlineNanos monotonic time from which it may not go out any more
/// @param purpose why it is written
record WriteOrder(
    String id,
    String source,
    WriteTarget target,
    double value,
    @Nullable Double later,
    long deadlineNanos,
    Purpose purpose) {

  /// Why a register is written.
  enum Purpose {
    /// Somebody asked for it.
    REQUEST,
    /// The end of an earlier write; has to happen whatever it wears.
    REVERT,
    /// The device wants to see the value again.
    KEEP_ALIVE,
    /// A count or toggle that shows the device that we live.
    WATCHDOG
  }

  boolean isReadBack() {
    return purpose != Purpose.WATCHDOG && target.writing().readBack();
  }

  /// Whether somebody waits to hear what became of it when its answer is lost. A keep-alive is
  /// written again soon.
  boolean isPatient() {
    return purpose == Purpose.REQUEST || purpose == Purpose.REVERT;
  }

  /// Whether the register is left alone when it has the value. A keep-alive would be no use then.
  boolean skipsEqual() {
    return target.writing().skipEqual() && isPatient();
  }
}
