package dev.voltbus.contract;

import io.vertx.core.buffer.Buffer;

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

  double getDouble() {
    return has(8) ? buffer.getDouble(take(8)) : 0;
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

  private int getLength(int size) {
    int length = getInt();
    if (length < 0 || length > (end - at) / size) {
      throw new IndexOutOfBoundsException(
          "array of " + length + " x " + size + " bytes, " + (end - at) + " left");
    }
    return length;
  }
}
