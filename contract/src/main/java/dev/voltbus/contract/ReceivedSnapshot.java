package dev.voltbus.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A snapshot together with the receiver's own monotonic time of its arrival, so that its values
/// grow old without any further message.
///
/// @param arrivedNanos the receiver's `TimeSource.monotonicNanos` at arrival
public record ReceivedSnapshot(DeviceSnapshot snapshot, SnapshotLayout layout, long arrivedNanos) {

  public ReceivedSnapshot {
    if (snapshot.layoutId() != layout.id()
        || snapshot.size() != layout.size()
        || snapshot.totalWords() != layout.totalWords()
        || snapshot.groups() != layout.map().groups().size()) {
      throw new IllegalArgumentException(
          "device "
              + snapshot.device()
              + ": snapshot with layout "
              + Long.toHexString(snapshot.layoutId())
              + " does not fit layout "
              + Long.toHexString(layout.id()));
    }
  }

  /// Age of a value's group in milliseconds.
  public long ageMillis(int index, long nowNanos) {
    return groupAgeMillis(layout.groupOf(index), nowNanos);
  }

  private long groupAgeMillis(int group, long nowNanos) {
    return snapshot.ageMillis(group) + TimeUnit.NANOSECONDS.toMillis(nowNanos - arrivedNanos);
  }

  /// Quality now: a good value turns stale, then bad, by its age. A derived value is as old as the
  /// oldest of the groups it is computed from.
  public Quality quality(int index, long nowNanos) {
    Quality now = snapshot.quality(index);
    for (int group : layout.groupsOf(index)) {
      now = aged(now, group, nowNanos);
    }
    return now;
  }

  private Quality aged(Quality then, int group, long nowNanos) {
    if (then != Quality.GOOD && then != Quality.STALE) {
      return Quality.BAD;
    }
    long age = groupAgeMillis(group, nowNanos);
    if (age >= snapshot.unavailableAfterMillis(group)) {
      return Quality.BAD;
    }
    return age >= snapshot.staleAfterMillis(group) ? Quality.STALE : then;
  }

  public QualityReason reason(int index, long nowNanos) {
    Quality now = quality(index, nowNanos);
    QualityReason then = snapshot.reason(index);
    if (now == Quality.GOOD) {
      return QualityReason.NONE;
    }
    return then == QualityReason.NONE ? QualityReason.TOO_OLD : then;
  }

  /// True while at least one value can be shown.
  public boolean isAvailable(long nowNanos) {
    for (int i = 0; i < layout.size(); i++) {
      if (quality(i, nowNanos) != Quality.BAD) {
        return true;
      }
    }
    return false;
  }

  /// The value as everybody sees it.
  public RegisterValue registerValue(int index, long nowNanos) {
    RegisterSpec spec = layout.spec(index);
    @Nullable RegisterCodec codec = layout.codec(index);
    boolean numeric = codec == null || !codec.wire().type().isText();
    Quality then = snapshot.quality(index);
    boolean present = then == Quality.GOOD || then == Quality.STALE;
    return new RegisterValue(
        address(spec),
        spec.key(),
        spec.presentation().unit(),
        numeric && present ? snapshot.value(index) : null,
        rawWords(codec, index),
        present ? snapshot.text(layout, index) : snapshot.reason(index).text(),
        spec.precision(snapshot.exponent(index)),
        spec.topicSuffix(),
        snapshot.raw(index),
        quality(index, nowNanos),
        reason(index, nowNanos),
        snapshot.readAt(layout.groupOf(index)),
        spec,
        snapshot.exponent(index));
  }

  private static @Nullable Integer address(RegisterSpec spec) {
    return switch (spec.source()) {
      case Derivation derived -> derived.address();
      case WireSource wire -> wire.table().isModbus() ? Integer.valueOf(wire.address()) : null;
    };
  }

  private List<Integer> rawWords(@Nullable RegisterCodec codec, int index) {
    List<Integer> words = new ArrayList<>();
    if (codec != null) {
      for (int i = 0; i < codec.wire().words(); i++) {
        words.add(snapshot.word(layout.wordsAt(index) + i));
      }
    }
    return words;
  }
}
