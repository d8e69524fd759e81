package dev.voltbus.acquisition;

import dev.voltbus.contract.UnitOptions;

/// How a unit does, as a value: what it was last heard of, and when it may be asked again.
///
/// A unit whose whole cycle brought no answer is a suspect: it gets one probe a pause. The pauses
/// grow. It counts as lost only when both time and cycles say so.
///
/// @param phase what is known of it
/// @param heardNanos monotonic time of its last answer; `NEVER` if there was none
/// @param failedCycles cycles without an answer since then, those without a connection too
/// @param probes cycles without an answer that were asked since then
/// @param doubted whether its last request was not answered
/// @param probeAtNanos when a suspect may be asked again
record Standing(
    Phase phase,
    long heardNanos,
    int failedCycles,
    int probes,
    boolean doubted,
    long probeAtNanos) {
  static final long NEVER = Long.MIN_VALUE;

  enum Phase {
    UNTRIED,
    ANSWERING,
    SUSPECT
  }

  static final Standing UNTRIED = new Standing(Phase.UNTRIED, NEVER, 0, 0, false, NEVER);

  Standing heard(long now) {
    return new Standing(Phase.ANSWERING, now, 0, 0, false, NEVER);
  }

  /// A request was not answered.
  Standing doubt() {
    return new Standing(phase, heardNanos, failedCycles, probes, true, probeAtNanos);
  }

  /// A cycle that was asked brought no answer at all.
  Standing silentCycle() {
    return new Standing(Phase.SUSPECT, heardNanos, failedCycles + 1, probes + 1, true, NEVER);
  }

  /// The time of the next probe.
  Standing probedAt(long nanos) {
    return new Standing(phase, heardNanos, failedCycles, probes, doubted, nanos);
  }

  /// A cycle was not asked: no connection, or a suspect between two probes.
  Standing failedCycle() {
    return new Standing(phase, heardNanos, failedCycles + 1, probes, doubted, probeAtNanos);
  }

  /// The next probe need not wait: the connection is new, or a neighbour came back.
  Standing probeNow() {
    return new Standing(phase, heardNanos, failedCycles, 0, doubted, NEVER);
  }

  boolean isSuspect() {
    return phase == Phase.SUSPECT;
  }

  boolean isHeldBack(long now) {
    return isSuspect() && now < probeAtNanos;
  }

  /// Whether operators should hear of its silence. One that was never heard of cannot flap.
  boolean isLost(long now, UnitOptions options) {
    return failedCycles > 0
        && (heardNanos == NEVER
            || (failedCycles >= options.lostAfterCycles()
                && now - heardNanos >= options.lostAfter().toNanos()));
  }
}
