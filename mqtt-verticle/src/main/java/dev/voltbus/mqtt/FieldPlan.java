package dev.voltbus.mqtt;

import dev.voltbus.contract.Publication;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.TopicContract.Field;
import dev.voltbus.contract.WireSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One field of a JSON object, compiled: which value of which device it shows, and how.
final class FieldPlan {
  private final Field field;
  private final byte[] name;
  private final String device;
  private final int index;
  private final UnitConversion conversion;
  private final byte @Nullable [] otherwise;

  private FieldPlan(Field field, String device, int index, UnitConversion conversion) {
    this.field = field;
    this.name = JsonText.quoted(field.name());
    this.device = device;
    this.index = index;
    this.conversion = conversion;
    @Nullable String text = field.otherwise();
    this.otherwise = field.always() && text != null ? JsonText.quoted(text) : null;
  }

  /// @param layouts layouts by device, as far as known
  /// @param complaint told once for a field that cannot be shown
  static FieldPlan compile(
      Field field,
      Publication publication,
      Map<String, SnapshotLayout> layouts,
      Consumer<String> complaint) {
    Publication.@Nullable Binding bound = publication.bindings().get(field.name());
    String device = bound == null ? publication.devices().getFirst() : bound.device();
    SnapshotLayout layout = layouts.get(device);
    if (layout == null) {
      return new FieldPlan(field, device, -1, UnitConversion.NONE);
    }
    int index = bound == null ? first(field, layout) : layout.indexOf(bound.key());
    if (index < 0) {
      if (bound != null) {
        complaint.accept(
            "field=" + field.name() + " left out: device " + device + " has no key " + bound.key());
      }
      return new FieldPlan(field, device, -1, UnitConversion.NONE);
    }
    return converted(field, device, layout, index, complaint);
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
      Field field, String device, SnapshotLayout layout, int index, Consumer<String> complaint) {
    RegisterSpec spec = layout.spec(index);
    boolean isText = spec.source() instanceof WireSource wire && wire.type().isText();
    if (isText && field.form() != Field.Form.TEXT) {
      complaint.accept(
          "field="
              + field.name()
              + " left out: "
              + spec.key()
              + " of device "
              + device
              + " is a text, not a number");
      return new FieldPlan(field, device, -1, UnitConversion.NONE);
    }
    if (field.form() == Field.Form.TEXT) {
      return new FieldPlan(field, device, index, UnitConversion.NONE);
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
      return new FieldPlan(field, device, -1, UnitConversion.NONE);
    }
    return new FieldPlan(field, device, index, conversion.get());
  }

  /// Writes the field if it has something to show.
  ///
  /// @param isFirst whether it is the first of its object
  /// @return whether it was written
  boolean write(
      JsonText out, Map<String, ReceivedSnapshot> snapshots, long nowNanos, boolean isFirst) {
    ReceivedSnapshot received = index < 0 ? null : snapshots.get(device);
    boolean isShown = received != null && Showing.of(received, index, nowNanos) == Showing.VALUE;
    @Nullable String text = isShown && received != null ? text(received) : null;
    boolean hasValue = isShown && (field.form() != Field.Form.TEXT || text != null);
    if (!hasValue && otherwise == null) {
      return false;
    }
    if (!isFirst) {
      out.raw(',');
    }
    out.raw(name);
    out.raw(':');
    if (hasValue && received != null) {
      value(out, received, text);
    } else if (otherwise != null) {
      out.raw(otherwise);
    }
    return true;
  }

  private @Nullable String text(ReceivedSnapshot received) {
    return field.form() == Field.Form.TEXT
        ? received.snapshot().text(received.layout(), index)
        : null;
  }

  private void value(JsonText out, ReceivedSnapshot received, @Nullable String text) {
    double number = conversion.apply(received.snapshot().value(index));
    switch (field.form()) {
      case NUMBER -> out.atMost(number, field.decimals());
      case INTEGER -> out.atMost(number, 0);
      case TEXT -> out.string(text == null ? "" : text);
    }
  }
}
