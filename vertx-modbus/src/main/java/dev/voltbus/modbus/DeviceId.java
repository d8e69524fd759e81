package dev.voltbus.modbus;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a device says about itself (function 43, MEI type 14; Modbus application protocol V1.1b3,
/// 6.21).
///
/// @param conformity what the device can say: 1 basic, 2 regular, 3 extended, plus 128 when it also
///   answers for one object alone
/// @param objects object id, 0..255, to its bytes as ISO 8859-1 characters, so that none is lost;
///   each is of at most 244 bytes
public record DeviceId(int conformity, SortedMap<Integer, String> objects) {
  public static final int VENDOR_NAME = 0;
  public static final int PRODUCT_CODE = 1;
  public static final int REVISION = 2;
  public static final int VENDOR_URL = 3;
  public static final int PRODUCT_NAME = 4;
  public static final int MODEL_NAME = 5;
  public static final int APPLICATION_NAME = 6;

  /// What fits one answer beside its heads: 253 - 7 - 2 bytes.
  static final int LONGEST_OBJECT = 244;

  public DeviceId {
    Range.check("conformity", conformity, 0, 255);
    objects.forEach(DeviceId::check);
    objects = Collections.unmodifiableSortedMap(new TreeMap<>(objects));
  }

  private static void check(int id, String value) {
    Range.check("object", id, 0, 255);
    Range.check("length of object " + id, value.length(), 0, LONGEST_OBJECT);
    if (!StandardCharsets.ISO_8859_1.newEncoder().canEncode(value)) {
      throw new IllegalArgumentException(
          "object " + id + " '" + value + "' has characters outside ISO 8859-1");
    }
  }

  /// An object as text, without the zero bytes and blanks some devices fill up with; null when the
  /// device did not send it.
  public @Nullable String text(int object) {
    String value = objects.get(object);
    return value == null ? null : value.replace('\0', ' ').strip();
  }

  /// Null when the device did not send it.
  public @Nullable String vendorName() {
    return text(VENDOR_NAME);
  }

  /// Null when the device did not send it.
  public @Nullable String productCode() {
    return text(PRODUCT_CODE);
  }

  /// Null when the device did not send it.
  public @Nullable String revision() {
    return text(REVISION);
  }
}
