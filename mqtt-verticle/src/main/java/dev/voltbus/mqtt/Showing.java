package dev.voltbus.mqtt;

import dev.voltbus.contract.Derivation;
import dev.voltbus.contract.Quality;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.SnapshotLayout;

/// What can honestly be said about a value now.
enum Showing {
  /// The value itself.
  VALUE,
  /// That there is none, and why: the device was heard, but the sensor is absent, or the words are
  /// no value or one that cannot be.
  REASON,
  /// Nothing: too old, never read, or the device was not heard.
  NOTHING;

  static Showing of(ReceivedSnapshot received, int index, long nowNanos) {
    Quality now = received.quality(index, nowNanos);
    if (now == Quality.GOOD) {
      return VALUE;
    }
    if (now == Quality.STALE || isTooOld(received, index, nowNanos)) {
      return NOTHING;
    }
    return switch (received.snapshot().reason(index)) {
      case SENSOR_ABSENT,
          NOT_A_NUMBER,
          NOT_TEXT,
          DIVIDED_BY_ZERO,
          SCALE_UNKNOWN,
          OUT_OF_RANGE,
          TOO_FAST,
          STEPPED_BACK,
          NOT_FOUND ->
          REASON;
      case SOURCE_NOT_GOOD -> ofSources(received, index, nowNanos);
      case UNKNOWN, NONE, NOT_READ_YET, NO_ANSWER, REFUSED, NO_CONNECTION, TOO_OLD, BUSY, FROZEN ->
          NOTHING;
    };
  }

  private static boolean isTooOld(ReceivedSnapshot received, int index, long nowNanos) {
    int group = received.layout().groupOf(index);
    return received.snapshot().reason(index) == QualityReason.NONE
        || received.ageMillis(index, nowNanos) >= received.snapshot().staleAfterMillis(group);
  }

  /// A derived value has something to say only if each of its sources has.
  private static Showing ofSources(ReceivedSnapshot received, int index, long nowNanos) {
    SnapshotLayout layout = received.layout();
    if (layout.spec(index).source() instanceof Derivation derived) {
      for (String key : derived.of()) {
        if (of(received, layout.indexOf(key), nowNanos) == NOTHING) {
          return NOTHING;
        }
      }
    }
    return REASON;
  }
}
