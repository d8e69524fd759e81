package dev.voltbus.modbus;

import java.io.IOException;
import java.util.Arrays;

/// Bytes received and not yet understood; positions count from the oldest one.
final class Inbox {
  /// Room for some frames of the longest kind, an ASCII frame of 513 characters.
  private static final int CAPACITY = 2048;

  private final byte[] bytes = new byte[CAPACITY];
  private final Tap tap;
  private int start;
  private int end;

  Inbox(Tap tap) {
    this.tap = tap;
  }

  /// Where bytes come from: fills an array from an offset on and says how many came.
  @FunctionalInterface
  interface Source {
    int read(byte[] target, int offset, int most) throws IOException;
  }

  /// Appends what the source has; false when that is nothing.
  boolean fill(Source source) throws IOException {
    makeRoom();
    int count = source.read(bytes, end, CAPACITY - end);
    if (count <= 0) {
      return false;
    }
    end += count;
    tap.received(bytes, count, end);
    return true;
  }

  /// A flood that nobody understands must not grow: its older half goes.
  private void makeRoom() {
    if (size() > CAPACITY / 2) {
      drop(size() / 2);
    }
    System.arraycopy(bytes, start, bytes, 0, size());
    end -= start;
    start = 0;
  }

  int size() {
    return end - start;
  }

  boolean isEmpty() {
    return start == end;
  }

  /// The byte as 0..255.
  int at(int index) {
    return bytes[start + index] & 0xFF;
  }

  /// Two bytes as 0..65535, the high one first.
  int shortAt(int index) {
    return at(index) << 8 | at(index + 1);
  }

  byte[] copy(int from, int to) {
    return Arrays.copyOfRange(bytes, start + from, start + to);
  }

  /// Forgets the oldest bytes.
  void drop(int count) {
    start += Math.min(count, size());
  }

  void clear() {
    start = end;
  }
}
