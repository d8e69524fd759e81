package dev.voltbus.console;

import dev.voltbus.contract.Quality;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.RegisterValue;
import dev.voltbus.contract.WireSource;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One value as the console shows it. Two rows are equal while a reader would see the same, so the
/// age is not part of it: it grows by itself and belongs to the poll group.
///
/// @param value scaled number, or null while there is none to show
/// @param text text of the value, or null if it has none to show
/// @param reason why it is not good; empty if it is
/// @param table Modbus table, or null for a derived value
/// @param address wire address, or null for a value without one
/// @param rawWords words as read, four hexadecimal digits each; empty if none were read
/// @param group poll group whose age is the age of this value, or null if its own last read failed
record ValueRow(
    String key,
    String label,
    @Nullable Double value,
    String unit,
    int precision,
    @Nullable String text,
    Quality quality,
    String reason,
    @Nullable String table,
    @Nullable Integer address,
    List<String> rawWords,
    String topicSuffix,
    @Nullable String group) {

  ValueRow {
    rawWords = List.copyOf(rawWords);
  }

  static ValueRow of(ReceivedSnapshot received, int index, long nowNanos) {
    RegisterValue now = received.registerValue(index, nowNanos);
    boolean shown = now.quality() != Quality.BAD;
    boolean read = isRead(now);
    @Nullable Double number = now.value();
    return new ValueRow(
        now.key(),
        now.spec().presentation().label(),
        shown && number != null && Double.isFinite(number) ? number : null,
        now.unit(),
        now.precision(),
        shown ? now.text() : null,
        now.quality(),
        now.reason().text(),
        now.spec().source() instanceof WireSource wire ? wire.table().word() : null,
        now.address(),
        shown || read ? hex(now.rawWords()) : List.of(),
        now.topicSuffix(),
        read ? groupOf(received, index) : null);
  }

  /// Whether the words came with the group's last read. A register whose own read failed keeps old
  /// words (or zeros) beside a fresh group: the group's age would be a lie about it.
  private static boolean isRead(RegisterValue value) {
    return value.readAt() != 0
        && switch (value.reason()) {
          case NONE,
              SENSOR_ABSENT,
              NOT_A_NUMBER,
              TOO_OLD,
              NOT_TEXT,
              DIVIDED_BY_ZERO,
              SCALE_UNKNOWN,
              OUT_OF_RANGE,
              TOO_FAST,
              STEPPED_BACK,
              FROZEN ->
              true;
          case UNKNOWN,
              NOT_READ_YET,
              NO_ANSWER,
              REFUSED,
              NO_CONNECTION,
              SOURCE_NOT_GOOD,
              NOT_FOUND,
              BUSY ->
              false;
        };
  }

  private static String groupOf(ReceivedSnapshot received, int index) {
    return received.layout().map().groups().get(received.layout().groupOf(index)).name();
  }

  private static List<String> hex(List<Integer> words) {
    HexFormat upper = HexFormat.of().withUpperCase();
    return words.stream().map(word -> upper.toHexDigits(word.shortValue())).toList();
  }

  JsonObject toJson() {
    return new JsonObject()
        .put("key", key)
        .put("label", label)
        .put("value", value)
        .put("unit", unit)
        .put("precision", precision)
        .put("text", text)
        .put("quality", quality.name().toLowerCase(Locale.ROOT))
        .put("reason", reason)
        .put("table", table)
        .put("address", address)
        .put("raw_words", new JsonArray(rawWords))
        .put("topic_suffix", topicSuffix)
        .put("group", group);
  }
}
