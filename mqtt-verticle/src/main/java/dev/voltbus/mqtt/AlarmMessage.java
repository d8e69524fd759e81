package dev.voltbus.mqtt;

import dev.voltbus.contract.Derivation;
import dev.voltbus.contract.Presentation;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.TopicContract.AlarmBand;
import dev.voltbus.contract.TopicContract.AlarmTopic;
import dev.voltbus.contract.TopicContract.AlarmTopic.Codes;
import dev.voltbus.contract.TopicContract.AlarmTopic.Level;
import dev.voltbus.contract.TopicContract.AlarmTopic.Limit;
import dev.voltbus.contract.TopicContract.AlarmTopic.Silence;
import dev.voltbus.contract.ValueClass;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One alarm of a publication: looks at a value of the first device that has it, and is sent when
/// its level changes. While the value is not heard the level stays; that silence has an alarm of
/// its own.
final class AlarmMessage implements IntervalTopic {
  private static final double PERCENT = 100;

  private final AlarmTopic rule;
  private final Topic topic;
  private final AlarmBand band;
  private final Place value;
  private final @Nullable Place limit;
  private final UnitConversion conversion;
  private final ValueTopic payload;
  private final Consumer<String> news;
  private AlarmLevel level = AlarmLevel.CLEARED;
  private boolean isSent;

  /// Where a value stands.
  private record Place(String device, int index, RegisterSpec spec) {}

  private AlarmMessage(
      AlarmTopic rule,
      Publication publication,
      Place value,
      @Nullable Place limit,
      UnitConversion conversion,
      Consumer<String> news) {
    this.rule = rule;
    this.topic = Topic.of(rule, publication);
    this.band = publication.alarmBand();
    this.value = value;
    this.limit = limit;
    this.conversion = conversion;
    this.payload = new ValueTopic(topic, shown(rule, limit == null ? value : limit));
    this.news = news;
  }

  /// The alarm, or null where no device has what it looks at.
  ///
  /// @param news told of each change of level
  static @Nullable AlarmMessage of(
      AlarmTopic rule,
      Publication publication,
      Map<String, SnapshotLayout> layouts,
      Consumer<String> news) {
    for (String device : publication.devices()) {
      @Nullable SnapshotLayout layout = layouts.get(device);
      @Nullable AlarmMessage found =
          layout == null ? null : on(rule, publication, device, layout, news);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private static @Nullable AlarmMessage on(
      AlarmTopic rule,
      Publication publication,
      String device,
      SnapshotLayout layout,
      Consumer<String> news) {
    @Nullable Place value = null;
    for (String key : rule.keys()) {
      value = value == null ? place(device, layout, key) : value;
    }
    if (value == null || !(rule.trigger() instanceof Limit bound)) {
      return value == null
          ? null
          : new AlarmMessage(rule, publication, value, null, UnitConversion.NONE, news);
    }
    @Nullable Place limit = place(device, layout, bound.key());
    if (limit == null) {
      return null;
    }
    String from = value.spec.presentation().unit();
    Place seen = value;
    return UnitConversion.between(from, limit.spec.presentation().unit())
        .map(conversion -> new AlarmMessage(rule, publication, seen, limit, conversion, news))
        .orElse(null);
  }

  private static @Nullable Place place(String device, SnapshotLayout layout, String key) {
    int index = layout.indexOf(key);
    return index < 0 ? null : new Place(device, index, layout.spec(index));
  }

  /// The alarm in the form of a value: its address is that of the register it rests on.
  private static RegisterSpec shown(AlarmTopic rule, Place base) {
    Derivation none = Derivation.lookup(base.spec.key(), Map.of(), 0).at(base.spec.shownAddress());
    return RegisterSpec.of(rule.name(), none)
        .withPresentation(
            Presentation.NONE
                .withLabel(rule.label())
                .withDbusPath(rule.dbusPath())
                .withValueClass(ValueClass.ENUM));
  }

  @Override
  public Topic topic() {
    return topic;
  }

  @Override
  public String name() {
    return rule.name();
  }

  @Override
  public boolean canShow(@Nullable String field) {
    return true;
  }

  @Override
  public boolean followsReadings() {
    return true;
  }

  @Override
  public void forget() {
    isSent = false;
  }

  @Override
  public void send(
      Map<String, ReceivedSnapshot> snapshots, Moment now, JsonText out, Outlet outlet) {
    @Nullable ReceivedSnapshot received = snapshots.get(value.device);
    if (received == null) {
      return;
    }
    boolean isHeard = isShown(received, value.index, now);
    @Nullable AlarmLevel next = next(received, isHeard, now);
    if (next == null || (next == level && isSent)) {
      return;
    }
    if (next != level) {
      news.accept("alarm=" + rule.name() + " " + next + ": " + text(next));
    }
    level = next;
    long readAt = isHeard ? readAt(received) : now.wallMillis();
    payload.number(out, readAt, next.ordinal(), next.ordinal(), 0, text(next));
    isSent = outlet.offer(topic, out.toBuffer());
  }

  private static boolean isShown(ReceivedSnapshot received, int index, Moment now) {
    return Showing.of(received, index, now.nanos()) == Showing.VALUE;
  }

  private long readAt(ReceivedSnapshot received) {
    return received.snapshot().readAt(received.layout().groupOf(value.index));
  }

  /// The level now, or null while nothing can be said.
  private @Nullable AlarmLevel next(ReceivedSnapshot received, boolean isHeard, Moment now) {
    if (!isHeard && !(rule.trigger() instanceof Silence)) {
      return null;
    }
    long raw = received.snapshot().raw(value.index);
    return switch (rule.trigger()) {
      case Codes known -> known.codes().contains(raw) ? AlarmLevel.CRITICAL : AlarmLevel.CLEARED;
      case Level stated -> AlarmLevel.of(Math.round(received.snapshot().value(value.index)));
      case Limit bound -> limited(received, bound, now);
      case Silence silence -> silent(received, now);
    };
  }

  /// A value that is only old is a warning: the next poll may bring it.
  private AlarmLevel silent(ReceivedSnapshot received, Moment now) {
    return switch (received.quality(value.index, now.nanos())) {
      case GOOD -> AlarmLevel.CLEARED;
      case STALE -> AlarmLevel.WARNING;
      case BAD, UNKNOWN -> AlarmLevel.CRITICAL;
    };
  }

  private @Nullable AlarmLevel limited(ReceivedSnapshot received, Limit bound, Moment now) {
    if (limit == null || !isShown(received, limit.index, now)) {
      return null;
    }
    double stated = received.snapshot().value(limit.index);
    double threshold = bound.isNegated() ? -stated : stated;
    double shown = conversion.apply(received.snapshot().value(value.index));
    double width = Math.abs(threshold) * band.warningPercent() / PERCENT;
    return level.next(
        bound.isUpper() ? shown - threshold : threshold - shown,
        Math.max(width, bound.leastBand()),
        Math.abs(threshold) * band.hysteresisPercent() / PERCENT);
  }

  private String text(AlarmLevel shown) {
    return switch (shown) {
      case CLEARED -> "cleared";
      case WARNING -> rule.warning();
      case CRITICAL -> rule.critical();
    };
  }
}
