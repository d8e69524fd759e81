package dev.voltbus.modbus;

import java.util.Arrays;

/// An immutable run of coils or discrete inputs, packed eight to a byte.
public final class Bits {
  private final byte[] packed;
  private final int size;

  private Bits(byte[] packed, int size) {
    this.packed = packed;
    this.size = size;
  }

  public static Bits of(boolean... values) {
    byte[] packed = new byte[byteCount(values.length)];
    for (int i = 0; i < values.length; i++) {
      if (values[i]) {
        packed[i / 8] |= (byte) (1 << i % 8);
      }
    }
    return new Bits(packed, values.length);
  }

  /// Bits as they stand on the wire: the first one lowest in the first byte. What fills up the last
  /// byte is cleared, so that equal bits are equal whatever the device puts there.
  static Bits fromWire(byte[] bytes, int offset, int size) {
    byte[] packed = Arrays.copyOfRange(bytes, offset, offset + byteCount(size));
    if (size % 8 != 0) {
      packed[packed.length - 1] &= (byte) ((1 << size % 8) - 1);
    }
    return new Bits(packed, size);
  }

  static int byteCount(int size) {
    return (size + 7) / 8;
  }

  public int size() {
    return size;
  }

  /// Whether the bit is set.
  ///
  /// @throws IndexOutOfBoundsException outside 0..size-1
  public boolean at(int index) {
    if (index < 0 || index >= size) {
      throw new IndexOutOfBoundsException("bit " + index + " is not within 0.." + (size - 1));
    }
    return (packed[index / 8] >> index % 8 & 1) != 0;
  }

  byte[] toWire() {
    return packed.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bits that && size == that.size && Arrays.equals(packed, that.packed);
  }

  @Override
  public int hashCode() {
    return 31 * size + Arrays.hashCode(packed);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(size);
    for (int i = 0; i < size; i++) {
      text.append(at(i) ? '1' : '0');
    }
    return text.toString();
  }
}
