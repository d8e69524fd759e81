package dev.voltbus.acquisition;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.PushSource;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.RegisterCodec;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.WireSource;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads what was pushed about one device: a JSON object, or a plain text of one value.
final class PushedMessage {
  /// From here on a number is taken as milliseconds, not seconds: as seconds it is the year 5138.
  private static final double LEAST_MILLIS = 1e11;

  /// Forms of numbers that only Java has: hexadecimal, and a letter for the type.
  private static final Pattern JAVA_ONLY = Pattern.compile("[xX]|[dDfF]$");

  private static final double LATEST_MILLIS = 253_402_300_799_999.0; // the year 9999

  /// Why something was not taken. The names are labels of the metric.
  enum Fault {
    /// No JSON object.
    MALFORMED("is no JSON object"),
    /// A text where a number belongs, or the other way round, or a text that is too long.
    WRONG_TYPE("has another type"),
    /// NaN or infinite.
    NOT_FINITE("is no finite number"),
    /// A time that is neither Unix seconds nor ISO 8601 with a zone.
    TIME_FORM("is no time: neither Unix seconds nor ISO 8601 with a zone");

    private final String text;

    Fault(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  /// @param field what it is about, empty for the whole message
  record Refusal(String field, Fault fault) {}

  /// What a message says.
  ///
  /// @param blocks words by poll group, still without a time
  /// @param at its own time, Unix milliseconds, or null if it has none
  /// @param refusals what was not taken
  record Content(Map<String, List<Words>> blocks, @Nullable Long at, List<Refusal> refusals) {}

  /// The words of one value.
  record Words(WireSource wire, List<Short> words) {
    RegisterBlock block(long readAt) {
      short[] array = new short[words.size()];
      for (int i = 0; i < array.length; i++) {
        array[i] = words.get(i);
      }
      return RegisterBlock.read(RegisterTable.PUSHED, wire.address(), array, readAt);
    }
  }

  private final PushSource source;
  private final Map<String, RegisterSpec> specs;
  private final List<Refusal> refusals = new ArrayList<>();
  private final Map<String, List<Words>> blocks = new LinkedHashMap<>();

  private PushedMessage(PushSource source, Map<String, RegisterSpec> specs) {
    this.source = source;
    this.specs = specs;
  }

  static Content read(Device device, String topic, Buffer payload) {
    Map<String, RegisterSpec> specs = new LinkedHashMap<>();
    device.map().registers().forEach(spec -> specs.put(spec.key(), spec));
    PushSource source = Objects.requireNonNull(device.push(), device.name());
    return new PushedMessage(source, specs).read(topic, payload);
  }

  private Content read(String topic, Buffer payload) {
    @Nullable JsonObject object = null;
    for (PushSource.Value value : source.values()) {
      if (!source.topic(value).equals(topic)) {
        continue;
      }
      if (value.isPlain()) {
        plain(value, payload.toString().strip());
      } else {
        object = object == null ? json(payload) : object;
        if (object == null) {
          break;
        }
        take(value, object.getValue(value.from()));
      }
    }
    @Nullable Long at = object == null ? null : time(object);
    return new Content(blocks, at, List.copyOf(refusals));
  }

  private @Nullable JsonObject json(Buffer payload) {
    try {
      return new JsonObject(payload);
    } catch (DecodeException | ClassCastException notAnObject) {
      refusals.add(new Refusal("", Fault.MALFORMED));
      return null;
    }
  }

  private void plain(PushSource.Value value, String text) {
    if (isText(value)) {
      take(value, text);
      return;
    }
    try {
      take(value, Double.valueOf(JAVA_ONLY.matcher(text).find() ? "" : text));
    } catch (NumberFormatException notANumber) {
      refusals.add(new Refusal(value.from(), Fault.WRONG_TYPE));
    }
  }

  private boolean isText(PushSource.Value value) {
    return spec(value).source() instanceof WireSource wire && wire.type().isText();
  }

  private RegisterSpec spec(PushSource.Value value) {
    return Objects.requireNonNull(specs.get(value.key()), value.key());
  }

  /// What is not there, or null, is not known.
  private void take(PushSource.Value value, @Nullable Object content) {
    if (content == null) {
      return;
    }
    RegisterSpec spec = spec(value);
    if (content instanceof String text && isText(value)) {
      text(value, spec, text);
    } else if (content instanceof Number number && !isText(value)) {
      number(value, spec, number.doubleValue());
    } else {
      refusals.add(new Refusal(value.from(), Fault.WRONG_TYPE));
    }
  }

  private void text(PushSource.Value value, RegisterSpec spec, String text) {
    try {
      add(spec, RegisterCodec.of(spec).encodeText(text));
    } catch (IllegalArgumentException unfit) {
      refusals.add(new Refusal(value.from(), Fault.WRONG_TYPE));
    }
  }

  private void number(PushSource.Value value, RegisterSpec spec, double number) {
    if (!Double.isFinite(number)) {
      refusals.add(new Refusal(value.from(), Fault.NOT_FINITE));
      return;
    }
    long bits = Double.doubleToRawLongBits(number);
    add(
        spec,
        new short[] {
          (short) (bits >> 48), (short) (bits >> 32), (short) (bits >> 16), (short) bits
        });
  }

  private void add(RegisterSpec spec, short[] words) {
    List<Short> list = new ArrayList<>();
    for (short word : words) {
      list.add(word);
    }
    blocks
        .computeIfAbsent(spec.group(), group -> new ArrayList<>())
        .add(new Words((WireSource) spec.source(), List.copyOf(list)));
  }

  private @Nullable Long time(JsonObject object) {
    @Nullable Object time =
        source.timeField().isEmpty() ? null : object.getValue(source.timeField());
    @Nullable Long millis = time == null ? null : millis(time);
    if (time != null && millis == null) {
      refusals.add(new Refusal(source.timeField(), Fault.TIME_FORM));
      blocks.clear();
    }
    return millis;
  }

  private static @Nullable Long millis(Object time) {
    if (time instanceof Number number) {
      double seconds = number.doubleValue();
      double millis = seconds >= LEAST_MILLIS ? seconds : seconds * 1000;
      return millis >= 0 && millis <= LATEST_MILLIS ? Long.valueOf(Math.round(millis)) : null;
    }
    try {
      String text = String.valueOf(time);
      return text.endsWith("Z")
          ? Instant.parse(text).toEpochMilli()
          : OffsetDateTime.parse(text).toInstant().toEpochMilli();
    } catch (DateTimeException | ArithmeticException noTime) {
      return null;
    }
  }
}
