package dev.voltbus.mqtt;

import dev.voltbus.contract.Derivation;
import dev.voltbus.contract.Presentation;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.Scaling;
import dev.voltbus.contract.ValueClass;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The topic of one value and its JSON payload (contract tinybms section 2), compiled once: all
/// that does not change stands ready as bytes.
final class ValueTopic {
  private static final byte[] VALUE = ascii(",\"value\":");
  private static final byte[] RAW = ascii(",\"raw\":");
  private static final byte[] FORMATTED = ascii(",\"formatted\":\"");
  private static final byte[] TEXT = ascii(",\"text\":");

  private final Topic topic;
  private final byte[] head;
  private final byte[] kind;
  private final RegisterSpec spec;
  private final byte[] scale;
  private final byte[] tail;
  private final boolean isComputed;

  ValueTopic(Topic topic, RegisterSpec spec) {
    Presentation shown = spec.presentation();
    this.topic = topic;
    this.head = ascii("{\"address\":" + spec.shownAddress() + ",\"timestamp_ms\":");
    this.kind =
        ascii(
            ",\"wire_type\":" + wireType(spec) + ",\"value_class\":" + valueClass(spec).ordinal());
    this.spec = spec;
    this.scale = scaleMember(0);
    this.tail = tail(spec.key(), shown);
    this.isComputed =
        spec.source() instanceof Derivation derived && derived.op() != Derivation.Op.LOOKUP;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /// Derived values have no words, hence wire type 0 (unknown).
  private static int wireType(RegisterSpec spec) {
    return spec.source() instanceof WireSource wire ? wire.type().code() : 0;
  }

  private byte[] scaleMember(int exponent) {
    BigDecimal factor = scale(spec.scaling()).scaleByPowerOfTen(exponent);
    return ascii(",\"scale\":" + factor.toPlainString());
  }

  /// The factor from raw to value, negative where the device counts the other way.
  private static BigDecimal scale(Scaling scaling) {
    return scaling.negated() ? scaling.scale().negate() : scaling.scale();
  }

  static ValueClass valueClass(RegisterSpec spec) {
    Presentation shown = spec.presentation();
    if (shown.valueClass() != ValueClass.UNKNOWN) {
      return shown.valueClass();
    }
    if (!shown.texts().isEmpty()) {
      return ValueClass.ENUM;
    }
    return switch (spec.source()) {
      case Derivation derived -> ValueClass.FLOAT;
      case WireSource wire -> valueClass(wire.type(), shown.precision());
    };
  }

  private static ValueClass valueClass(WireType type, int precision) {
    if (type.isText()) {
      return ValueClass.UNKNOWN;
    }
    if (precision > 0 || type.isFloat()) {
      return ValueClass.FLOAT;
    }
    return type.isSigned() ? ValueClass.INT : ValueClass.UINT;
  }

  private static byte[] tail(String key, Presentation shown) {
    JsonText out = new JsonText();
    member(out, "unit", shown.unit());
    member(out, "label", shown.label());
    member(out, "key", key);
    member(out, "comment", shown.comment());
    member(out, "dbus_path", shown.dbusPath());
    out.raw('}');
    return out.toBuffer().getBytes();
  }

  private static void member(JsonText out, String name, String text) {
    if (!text.isEmpty()) {
      out.raw(ascii(",\"" + name + "\":"));
      out.string(text);
    }
  }

  Topic topic() {
    return topic;
  }

  /// @param readAt Unix milliseconds of the reading
  /// @param exponent scale factor that the device stated with the value, 0 if its scale is fixed
  /// @param text text of the value, or null if it has none
  void number(
      JsonText out, long readAt, double value, long raw, int exponent, @Nullable String text) {
    begin(out, readAt);
    out.raw(VALUE);
    out.number(value);
    out.raw(RAW);
    out.integer(isComputed ? (long) value : raw);
    out.raw(exponent == 0 ? scale : scaleMember(exponent));
    int precision = spec.precision(exponent);
    if (precision > 0) {
      out.raw(FORMATTED);
      out.fixed(value, precision);
      out.raw('"');
    }
    end(out, text);
  }

  /// A value that is a text, or the reason why there is no number.
  void text(JsonText out, long readAt, @Nullable String text) {
    begin(out, readAt);
    end(out, text);
  }

  private void begin(JsonText out, long readAt) {
    out.reset();
    out.raw(head);
    out.integer(readAt);
    out.raw(kind);
  }

  private void end(JsonText out, @Nullable String text) {
    if (text != null && !text.isEmpty()) {
      out.raw(TEXT);
      out.string(text);
    }
    out.raw(tail);
  }
}
