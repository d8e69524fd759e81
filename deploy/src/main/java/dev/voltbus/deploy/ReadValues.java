package dev.voltbus.deploy;

import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.RegisterCodec;
import dev.voltbus.contract.ScaleFactor;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Values in what a device answered, as lines for people. Scale factors are remembered, for a value
/// and its factor may come by different requests.
final class ReadValues {
  /// More words of a text or a list are not shown: they make lines nobody reads.
  private static final int MOST_WORDS = 4;

  private static final int MOST_TEXT = 32;
  private static final int LEAST_KEY = 24;

  private final Map<String, Long> raws = new HashMap<>();

  /// A line for each register: where, key, value, raw words.
  List<String> lines(DeviceRead read, short[] words) {
    read.codecs().forEach(codec -> raws.put(codec.spec().key(), codec.raw(words, at(read, codec))));
    int widest =
        read.codecs().stream().mapToInt(codec -> codec.spec().key().length()).max().orElse(0);
    String form = "  %-20s %-" + Math.max(LEAST_KEY, widest) + "s %-15s [%s]";
    return read.codecs().stream().map(codec -> line(form, read, codec, words)).toList();
  }

  private String line(String form, DeviceRead read, RegisterCodec codec, short[] words) {
    int at = at(read, codec);
    return form.formatted(
        read.place(codec), codec.spec().key(), value(codec, words, at), raw(codec, words, at));
  }

  private static int at(DeviceRead read, RegisterCodec codec) {
    return codec.wire().address() - read.nominal();
  }

  private static String raw(RegisterCodec codec, short[] words, int at) {
    StringBuilder raw = new StringBuilder();
    int shown = Math.min(MOST_WORDS, codec.wire().words());
    for (int i = 0; i < shown; i++) {
      raw.append(i == 0 ? "" : " ").append("%04x".formatted(words[at + i] & 0xFFFF));
    }
    return raw + (shown < codec.wire().words() ? " .." : "");
  }

  private String value(RegisterCodec codec, short[] words, int at) {
    long raw = codec.raw(words, at);
    @Nullable String text = codec.text(words, at, raw);
    if (codec.wire().type().isText()) {
      return "\"" + (text == null || text.length() <= MOST_TEXT ? text : cut(text)) + "\"";
    }
    QualityReason reason = codec.check(raw);
    if (reason != QualityReason.NONE) {
      return reason.text();
    }
    @Nullable String factor = codec.spec().scaling().scaleRegister();
    long exponent = factor == null ? 0 : raws.getOrDefault(factor, Long.MIN_VALUE);
    if (!ScaleFactor.isValid(exponent)) {
      return raw + " x 10^" + factor;
    }
    return number(codec, raw, Math.toIntExact(exponent)) + (text == null ? "" : " " + text);
  }

  private static String cut(String text) {
    return text.substring(0, MOST_TEXT - 3) + "...";
  }

  private static String number(RegisterCodec codec, long raw, int exponent) {
    String unit = codec.spec().presentation().unit();
    int decimals = Math.max(0, codec.spec().presentation().precision() - exponent);
    String number = String.format(Locale.ROOT, "%." + decimals + "f", codec.value(raw, exponent));
    return number + (unit.isEmpty() ? "" : " " + unit);
  }
}
