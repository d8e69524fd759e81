package dev.voltbus.contract;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One value of a device as everybody sees it (contract tinybms section 1). Made on demand from a
/// `DeviceSnapshot`.
///
/// @param address wire address, or null for a value without a register
/// @param key symbolic key
/// @param unit unit text, empty if none
/// @param value scaled number, or null while there is none (text, absent sensor, never read)
/// @param rawWords the words as read, 0..65535 each; empty for a derived value
/// @param text text of the value, or null if it has none
/// @param precision suggested decimals
/// @param topicSuffix last part of its topic
/// @param raw raw number before scaling; 0 while there is none
/// @param quality good, stale or bad
/// @param reason why it is not good
/// @param readAt Unix milliseconds of the Modbus answer; 0 before the first
/// @param spec the row of the register map
/// @param exponent scale factor that the device stated with the value; 0 where its scale is fixed
public record RegisterValue(
    @Nullable Integer address,
    String key,
    String unit,
    @Nullable Double value,
    List<Integer> rawWords,
    @Nullable String text,
    int precision,
    String topicSuffix,
    long raw,
    Quality quality,
    QualityReason reason,
    long readAt,
    RegisterSpec spec,
    int exponent) {

  public RegisterValue {
    rawWords = List.copyOf(rawWords);
  }

  /// A value whose scale is fixed.
  public RegisterValue(
      @Nullable Integer address,
      String key,
      String unit,
      @Nullable Double value,
      List<Integer> rawWords,
      @Nullable String text,
      int precision,
      String topicSuffix,
      long raw,
      Quality quality,
      QualityReason reason,
      long readAt,
      RegisterSpec spec) {
    this(
        address,
        key,
        unit,
        value,
        rawWords,
        text,
        precision,
        topicSuffix,
        raw,
        quality,
        reason,
        readAt,
        spec,
        0);
  }
}
