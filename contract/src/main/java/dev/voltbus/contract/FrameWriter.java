package dev.voltbus.contract;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/// Appends fields to a frame, big endian.
final class FrameWriter {
  private final Buffer buffer;

  FrameWriter(Buffer buffer) {
    this.buffer = buffer;
  }

  void putByte(int value) {
    buffer.appendByte((byte) value);
  }

  void putBoolean(boolean value) {
    putByte(value ? 1 : 0);
  }

  void putShort(int value) {
    buffer.appendShort((short) value);
  }

  void putInt(int value) {
    buffer.appendInt(value);
  }

  void putLong(long value) {
    buffer.appendLong(value);
  }

  void putString(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    buffer.appendInt(bytes.length).appendBytes(bytes);
  }

  /// A count of two bytes, then the items.
  <T> void putList(List<T> items, Consumer<T> item) {
    putShort(items.size());
    items.forEach(item);
  }

  void putBytes(byte[] values) {
    buffer.appendInt(values.length).appendBytes(values);
  }

  void putShorts(short[] values) {
    buffer.appendInt(values.length);
    for (short value : values) {
      buffer.appendShort(value);
    }
  }

  void putInts(int[] values) {
    buffer.appendInt(values.length);
    for (int value : values) {
      buffer.appendInt(value);
    }
  }

  void putLongs(long[] values) {
    buffer.appendInt(values.length);
    for (long value : values) {
      buffer.appendLong(value);
    }
  }

  void putDoubles(double[] values) {
    buffer.appendInt(values.length);
    for (double value : values) {
      buffer.appendDouble(value);
    }
  }
}
