package dev.voltbus.mqtt;

import io.vertx.core.buffer.Buffer;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Writes one JSON text at a time into a growing array that is used again for the next one. No
/// tree, no boxing; a usual number leaves no garbage.
///
/// Numbers are written as the shortest decimal that reads back as the same double: 52.8, and 52 for
/// a whole number. Negative zero is written as 0. Rounding is half up (away from zero) on that
/// decimal, so that 2.675 becomes 2.68 as a person expects.
final class JsonText {
  private static final double EXACT = 9.007199254740992E15;
  private static final int MOST_DECIMALS = 9;
  private static final long[] POWERS = powers();
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private byte[] bytes = new byte[512];
  private int length;
  private long unscaled;
  private int scale;

  private static long[] powers() {
    long[] powers = new long[19];
    powers[0] = 1;
    for (int i = 1; i < powers.length; i++) {
      powers[i] = powers[i - 1] * 10;
    }
    return powers;
  }

  /// A text as the bytes of a JSON string, with quotes.
  static byte[] quoted(String text) {
    JsonText out = new JsonText();
    out.string(text);
    return Arrays.copyOf(out.bytes, out.length);
  }

  /// A text as it stands between the quotes of a JSON string.
  static String escaped(String text) {
    byte[] quoted = quoted(text);
    return new String(quoted, 1, quoted.length - 2, StandardCharsets.UTF_8);
  }

  void reset() {
    length = 0;
  }

  int length() {
    return length;
  }

  /// Takes back everything behind a length.
  void cut(int newLength) {
    length = newLength;
  }

  Buffer toBuffer() {
    return Buffer.buffer(length).appendBytes(bytes, 0, length);
  }

  /// Whether it is these bytes.
  boolean isSame(byte[] other) {
    return Arrays.equals(bytes, 0, length, other, 0, other.length);
  }

  /// Bytes that are JSON already.
  void raw(byte[] json) {
    room(json.length);
    System.arraycopy(json, 0, bytes, length, json.length);
    length += json.length;
  }

  /// One ASCII character that is JSON already.
  void raw(char json) {
    room(1);
    bytes[length++] = (byte) json;
  }

  void integer(long number) {
    if (number == Long.MIN_VALUE) {
      plain("-9223372036854775808");
      return;
    }
    if (number < 0) {
      raw('-');
    }
    digits(Math.abs(number), 1);
  }

  /// The shortest form of a finite number.
  void number(double number) {
    if (split(number)) {
      decimal(0);
    } else {
      plain(Double.toString(finite(number)));
    }
  }

  /// Exactly so many decimals.
  void fixed(double number, int decimals) {
    if (round(number, decimals)) {
      decimal(decimals);
    } else {
      plain(rounded(number, decimals).toPlainString());
    }
  }

  /// At most so many decimals, zeros at the end left out.
  void atMost(double number, int decimals) {
    if (round(number, decimals)) {
      stripZeros();
      decimal(0);
    } else {
      plain(rounded(number, decimals).stripTrailingZeros().toPlainString());
    }
  }

  /// At least one decimal and at most so many: 85.0, 85.12.
  void oneOrMore(double number, int decimals) {
    if (round(number, decimals)) {
      stripZeros();
      decimal(scale == 0 ? 1 : 0);
    } else {
      BigDecimal shown = rounded(number, decimals).stripTrailingZeros();
      plain(shown.setScale(Math.max(1, shown.scale())).toPlainString());
    }
  }

  /// A text as it is, without quotes.
  void bare(String text) {
    raw(text.getBytes(StandardCharsets.UTF_8));
  }

  void string(String text) {
    raw('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        ascii(c);
      } else {
        int point = text.codePointAt(i);
        utf8(point);
        i += Character.charCount(point) - 1;
      }
    }
    raw('"');
  }

  private static double finite(double number) {
    if (!Double.isFinite(number)) {
      throw new IllegalArgumentException(number + " has no form in JSON");
    }
    return number;
  }

  private static BigDecimal rounded(double number, int decimals) {
    return new BigDecimal(Double.toString(finite(number))).setScale(decimals, RoundingMode.HALF_UP);
  }

  /// Finds the fewest decimals that read back as the number. A whole number below 2^53 divided by a
  /// power of ten is rounded correctly, so equality here means that a reader gets the same double.
  private boolean split(double number) {
    for (int decimals = 0; decimals <= MOST_DECIMALS; decimals++) {
      double shifted = Math.rint(number * POWERS[decimals]);
      if (!(Math.abs(shifted) < EXACT)) {
        return false;
      }
      if (shifted / POWERS[decimals] == number) {
        unscaled = (long) shifted;
        scale = decimals;
        return true;
      }
    }
    return false;
  }

  private boolean round(double number, int decimals) {
    if (!split(number)) {
      return false;
    }
    if (scale > decimals) {
      long step = POWERS[scale - decimals];
      long size = (Math.abs(unscaled) + step / 2) / step;
      unscaled = unscaled < 0 ? -size : size;
      scale = decimals;
    }
    return true;
  }

  private void stripZeros() {
    while (scale > 0 && unscaled % 10 == 0) {
      unscaled /= 10;
      scale--;
    }
  }

  /// Writes the number in `unscaled` and `scale`, zeros added up to `least` decimals.
  private void decimal(int least) {
    if (unscaled < 0) {
      raw('-');
    }
    long size = Math.abs(unscaled);
    digits(size / POWERS[scale], 1);
    if (scale > 0 || least > 0) {
      raw('.');
    }
    if (scale > 0) {
      digits(size % POWERS[scale], scale);
    }
    for (int i = scale; i < least; i++) {
      raw('0');
    }
  }

  private void digits(long number, int least) {
    int count = least;
    while (count < 19 && number >= POWERS[count]) {
      count++;
    }
    room(count);
    long rest = number;
    for (int at = length + count - 1; at >= length; at--) {
      bytes[at] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += count;
  }

  private void plain(String ascii) {
    raw(ascii.getBytes(StandardCharsets.US_ASCII));
  }

  private void ascii(char c) {
    if (c == '"' || c == '\\') {
      raw('\\');
      raw(c);
    } else if (c >= 0x20) {
      raw(c);
    } else {
      room(6);
      raw('\\');
      raw('u');
      raw('0');
      raw('0');
      raw((char) HEX[c >> 4]);
      raw((char) HEX[c & 15]);
    }
  }

  /// UTF-8 (RFC 3629); half of a surrogate pair becomes the replacement character.
  private void utf8(int point) {
    if (point >= 0xD800 && point <= 0xDFFF) {
      utf8(0xFFFD);
    } else if (point < 0x800) {
      raw((char) (0xC0 | (point >> 6)));
      raw((char) (0x80 | (point & 0x3F)));
    } else if (point < 0x10000) {
      raw((char) (0xE0 | (point >> 12)));
      raw((char) (0x80 | ((point >> 6) & 0x3F)));
      raw((char) (0x80 | (point & 0x3F)));
    } else {
      raw((char) (0xF0 | (point >> 18)));
      raw((char) (0x80 | ((point >> 12) & 0x3F)));
      raw((char) (0x80 | ((point >> 6) & 0x3F)));
      raw((char) (0x80 | (point & 0x3F)));
    }
  }

  private void room(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }
}
