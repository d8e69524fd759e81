package dev.voltbus.contract;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Reads the fields of one frame. Behind the last field every number is 0 and every text and array
/// is empty, so a frame of an older version reads as one with its newer fields absent.
final class FrameReader {
  private final Buffer buffer;
  private final int end;
  private int at;

  FrameReader(Buffer buffer, int from, int length) {
    this.buffer = buffer;
    this.at = from;
    this.end = from + length;
  }

  private boolean has(int bytes) {
    if (at == end) {
      return false;
    }
    if (bytes < 0 || bytes > end - at) {
      throw new IndexOutOfBoundsException("field of " + bytes + " bytes, " + (end - at) + " left");
    }
    return true;
  }

  private int take(int bytes) {
    int from = at;
    at += bytes;
    return from;
  }

  int getByte() {
    return has(1) ? buffer.getByte(take(1)) & 0xFF : 0;
  }

  boolean getBoolean() {
    return getByte() != 0;
  }

  int getShort() {
    return has(2) ? buffer.getUnsignedShort(take(2)) : 0;
  }

  int getInt() {
    return has(4) ? buffer.getInt(take(4)) : 0;
  }

  long getLong() {
    return has(8) ? buffer.getLong(take(8)) : 0;
  }

  String getString() {
    int length = getLength(1);
    return length == 0 ? "" : buffer.getString(take(length), at, "UTF-8");
  }

  byte[] getBytes() {
    int length = getLength(1);
    return length == 0 ? new byte[0] : buffer.getBytes(take(length), at);
  }

  short[] getShorts() {
    short[] values = new short[getLength(2)];
    for (int i = 0; i < values.length; i++) {
      values[i] = buffer.getShort(take(2));
    }
    return values;
  }

  int[] getInts() {
    int[] values = new int[getLength(4)];
    for (int i = 0; i < values.length; i++) {
      values[i] = buffer.getInt(take(4));
    }
    return values;
  }

  long[] getLongs() {
    long[] values = new long[getLength(8)];
    for (int i = 0; i < values.length; i++) {
      values[i] = buffer.getLong(take(8));
    }
    return values;
  }

  double[] getDoubles() {
    double[] values = new double[getLength(8)];
    for (int i = 0; i < values.length; i++) {
      values[i] = buffer.getDouble(take(8));
    }
    return values;
  }

  /// One of an enum's constants by its ordinal, for enums without UNKNOWN: a constant this node
  /// does not know makes the whole frame unreadable.
  <E extends Enum<E>> E getConstant(E[] constants) {
    int ordinal = getByte();
    if (ordinal >= constants.length) {
      throw new IllegalArgumentException(
          constants[0].getDeclaringClass().getSimpleName() + " " + ordinal + " is not known here");
    }
    return constants[ordinal];
  }

  /// Number of the items that follow.
  ///
  /// @param least bytes that the smallest item takes, so that a damaged count cannot ask for more
  ///   items than the frame has room for
  int getCount(int least) {
    return checkedLength(getInt(), least);
  }

  /// The same for a count of two bytes.
  int getShortCount(int least) {
    return checkedLength(getShort(), least);
  }

  /// A list behind a count of two bytes.
  ///
  /// @param least bytes that the smallest item takes
  <T> List<T> getList(int least, Supplier<T> item) {
    int count = getShortCount(least);
    List<T> items = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      items.add(item.get());
    }
    return items;
  }

  private int getLength(int size) {
    return checkedLength(getInt(), size);
  }

  private int checkedLength(int length, int size) {
    if (length < 0 || length > (end - at) / size) {
      throw new IndexOutOfBoundsException(
          "array of " + length + " x " + size + " bytes, " + (end - at) + " left");
    }
    return length;
  }
}
