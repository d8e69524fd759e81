package dev.voltbus.mqtt;

import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.TopicContract.Field;
import dev.voltbus.contract.TopicContract.Field.Form;
import dev.voltbus.contract.TopicContract.Field.Shows;
import dev.voltbus.contract.WireSource;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One field of a JSON object, compiled: which value of which device it shows, and how.
final class FieldPlan {
  /// The time of a reading that was not.
  static final long NEVER = Long.MIN_VALUE;

  private static final double MILLIS = 1000;

  private final Field field;
  private final byte[] name;
  private final String site;
  private final EventBook book;
  private final String device;
  private final int index;
  private final UnitConversion conversion;
  private final boolean isNegated;

  private FieldPlan(
      Field field,
      Publication publication,
      EventBook book,
      String device,
      int index,
      UnitConversion conversion) {
    this.field = field;
    this.name = JsonText.quoted(field.name());
    this.site = publication.site();
    this.book = book;
    this.device = device;
    this.index = index;
    this.conversion = conversion;
    @Nullable String option = field.negatedWith();
    this.isNegated = option != null && publication.options().contains(option);
  }

  /// @param layouts layouts by device, as far as known
  /// @param book what is known of the gateway itself
  /// @param complaint told once for a field that cannot be shown
  static FieldPlan compile(
      Field field,
      Publication publication,
      Map<String, SnapshotLayout> layouts,
      EventBook book,
      Consumer<String> complaint) {
    if (field.shows() != Shows.VALUE) {
      return new FieldPlan(
          field, publication, book, publication.devices().getFirst(), -1, UnitConversion.NONE);
    }
    Publication.@Nullable Binding bound = publication.bindings().get(field.bindingName());
    @Nullable String device = bound == null ? device(field, publication) : bound.device();
    if (device == null) {
      return new FieldPlan(
          field, publication, book, publication.devices().getFirst(), -1, UnitConversion.NONE);
    }
    SnapshotLayout layout = layouts.get(device);
    if (layout == null) {
      return new FieldPlan(field, publication, book, device, -1, UnitConversion.NONE);
    }
    int index = bound == null ? first(field, layout) : layout.indexOf(bound.key());
    if (index < 0) {
      if (bound != null) {
        complaint.accept(
            "field=" + field.name() + " left out: device " + device + " has no key " + bound.key());
      }
      return new FieldPlan(field, publication, book, device, -1, UnitConversion.NONE);
    }
    return converted(field, publication, book, device, layout, index, complaint);
  }

  /// The device of the field's battery, or null if the publication has not so many.
  private static @Nullable String device(Field field, Publication publication) {
    return field.battery() < publication.devices().size()
        ? publication.devices().get(field.battery())
        : null;
  }

  private static int first(Field field, SnapshotLayout layout) {
    for (String key : field.keys()) {
      if (layout.indexOf(key) >= 0) {
        return layout.indexOf(key);
      }
    }
    return -1;
  }

  private static FieldPlan converted(
      Field field,
      Publication publication,
      EventBook book,
      String device,
      SnapshotLayout layout,
      int index,
      Consumer<String> complaint) {
    RegisterSpec spec = layout.spec(index);
    boolean isText = spec.source() instanceof WireSource wire && wire.type().isText();
    if (isText && field.form() != Form.TEXT) {
      complaint.accept(
          "field="
              + field.name()
              + " left out: "
              + spec.key()
              + " of device "
              + device
              + " is a text, not a number");
      return new FieldPlan(field, publication, book, device, -1, UnitConversion.NONE);
    }
    if (field.form() == Form.TEXT) {
      return new FieldPlan(field, publication, book, device, index, UnitConversion.NONE);
    }
    String unit = spec.presentation().unit();
    Optional<UnitConversion> conversion = UnitConversion.between(unit, field.unit());
    if (conversion.isEmpty()) {
      complaint.accept(
          "field="
              + field.name()
              + " left out: unit '"
              + unit
              + "' of "
              + spec.key()
              + " of device "
              + device
              + " does not convert to '"
              + field.unit()
              + "'");
      return new FieldPlan(field, publication, book, device, -1, UnitConversion.NONE);
    }
    return new FieldPlan(field, publication, book, device, index, conversion.get());
  }

  /// Whether it shows a value of a device.
  boolean isValue() {
    return field.shows() == Shows.VALUE;
  }

  /// Whether it is there also while nothing of its device is known.
  boolean isAlways() {
    return field.otherwise() != null;
  }

  boolean isNamed(@Nullable String other) {
    return field.name().equals(other);
  }

  /// Whether there is anything it could show.
  boolean canShow() {
    return !isValue() || index >= 0 || field.otherwise() != null;
  }

  /// When the value that it shows now was read, Unix milliseconds, or `NEVER`.
  long readAt(Map<String, ReceivedSnapshot> snapshots, Moment now) {
    @Nullable ReceivedSnapshot received = shown(snapshots, now);
    return received == null ? NEVER : received.snapshot().readAt(received.layout().groupOf(index));
  }

  /// The snapshot with the value, or null while it cannot be shown.
  private @Nullable ReceivedSnapshot shown(Map<String, ReceivedSnapshot> snapshots, Moment now) {
    @Nullable ReceivedSnapshot received = index < 0 ? null : snapshots.get(device);
    return received != null && Showing.of(received, index, now.nanos()) == Showing.VALUE
        ? received
        : null;
  }

  /// Writes the field with its name if it has something to show.
  ///
  /// @param time what a time field shows, Unix milliseconds
  /// @param isFirst whether it is the first of its object
  /// @return whether it was written
  boolean member(
      JsonText out,
      Map<String, ReceivedSnapshot> snapshots,
      Moment now,
      long time,
      boolean isFirst) {
    int before = out.length();
    if (!isFirst) {
      out.raw(',');
    }
    out.raw(name);
    out.raw(':');
    boolean isWritten = content(out, snapshots, now, time, true);
    if (!isWritten) {
      out.cut(before);
    }
    return isWritten;
  }

  /// Writes what it shows without name and quotes, if there is something.
  boolean bare(JsonText out, Map<String, ReceivedSnapshot> snapshots, Moment now) {
    return content(out, snapshots, now, now.wallMillis(), false);
  }

  private boolean content(
      JsonText out,
      Map<String, ReceivedSnapshot> snapshots,
      Moment now,
      long time,
      boolean isQuoted) {
    return switch (field.shows()) {
      case VALUE -> value(out, shown(snapshots, now), isQuoted);
      case SITE -> text(out, site, isQuoted);
      case UNIX_TIME -> {
        out.oneOrMore(time / MILLIS, 3);
        yield true;
      }
      case ISO_TIME -> text(out, Instant.ofEpochMilli(time).toString(), isQuoted);
      case SAMPLE_ID -> text(out, sampleId(snapshots.get(device)), isQuoted);
      case GATEWAY_STATUS -> text(out, book.status(), isQuoted);
      case EVENT_LEVEL -> text(out, book.level().name(), isQuoted);
      case PAUSE_STATUS -> text(out, book.pause().text(), isQuoted);
      case UPTIME -> {
        out.integer(book.uptimeSeconds(now));
        yield true;
      }
      case VERSION -> text(out, book.version(), isQuoted);
    };
  }

  private static @Nullable String sampleId(@Nullable ReceivedSnapshot received) {
    if (received == null) {
      return null;
    }
    DeviceSnapshot poll = received.snapshot();
    return poll.device() + "/" + poll.epoch() + "/" + poll.sequence();
  }

  private boolean value(JsonText out, @Nullable ReceivedSnapshot received, boolean isQuoted) {
    if (received == null || field.form() == Form.TEXT) {
      @Nullable String text =
          received == null ? null : received.snapshot().text(received.layout(), index);
      return text(out, text == null ? field.otherwise() : text, isQuoted);
    }
    double number = conversion.apply(received.snapshot().value(index));
    number(out, isNegated ? -number : number, received.snapshot().raw(index), isQuoted);
    return true;
  }

  private void number(JsonText out, double number, long raw, boolean isQuoted) {
    switch (field.form()) {
      case NUMBER -> out.atMost(number, field.decimals());
      case INTEGER -> out.atMost(number, 0);
      case DOUBLE -> out.oneOrMore(number, field.decimals());
      case BOOLEAN -> out.bare(Boolean.toString(number != 0));
      case BIT_COUNT -> out.integer(Long.bitCount(raw));
      case DIRECTION -> text(out, direction(number), isQuoted);
      case TEXT -> throw new IllegalStateException("field " + field.name() + " is a text");
    }
  }

  private static String direction(double number) {
    return number > 0 ? "Charging" : number < 0 ? "Discharging" : "Idle";
  }

  private static boolean text(JsonText out, @Nullable String text, boolean isQuoted) {
    if (text == null) {
      return false;
    }
    if (isQuoted) {
      out.string(text);
    } else {
      out.bare(text);
    }
    return true;
  }
}
