package dev.voltbus.contract;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The outcome of one read request: words in wire order, or the reason why there are none.
///
/// For coils and discrete inputs each word is one bit, 0 or 1. Instances never change.
public final class RegisterBlock {
  /// Bytes of the smallest block in a frame.
  static final int LEAST_BYTES = 22;

  private final RegisterTable table;
  private final int address;
  private final int count;
  private final long readAt;
  private final short[] words;
  private final QualityReason reason;
  private final String failure;

  private RegisterBlock(
      RegisterTable table,
      int address,
      int count,
      long readAt,
      short[] words,
      QualityReason reason,
      String failure) {
    this.table = table;
    this.address = address;
    this.count = count;
    this.readAt = readAt;
    this.words = words;
    this.reason = reason;
    this.failure = failure;
  }

  /// Words that were read. The array is taken over and must not be changed afterwards.
  ///
  /// @param readAt Unix milliseconds of the Modbus answer
  public static RegisterBlock read(RegisterTable table, int address, short[] words, long readAt) {
    return new RegisterBlock(table, address, words.length, readAt, words, QualityReason.NONE, "");
  }

  /// A read that failed.
  ///
  /// @param failure the whole story for people
  public static RegisterBlock failed(
      RegisterTable table, int address, int count, QualityReason reason, String failure) {
    if (reason == QualityReason.NONE) {
      throw new IllegalArgumentException(
          table.word() + " " + address + ": a failed read needs a reason");
    }
    return new RegisterBlock(table, address, count, 0, new short[0], reason, failure);
  }

  public RegisterTable table() {
    return table;
  }

  public int address() {
    return address;
  }

  /// Number of words asked for.
  public int count() {
    return count;
  }

  /// Unix milliseconds of the Modbus answer; 0 if there was none.
  public long readAt() {
    return readAt;
  }

  public boolean isRead() {
    return reason == QualityReason.NONE;
  }

  public QualityReason reason() {
    return reason;
  }

  /// What went wrong, for people; empty if nothing did.
  public String failure() {
    return failure;
  }

  /// The word at a wire address inside the block, 0..65535.
  public int word(int wireAddress) {
    return words[Objects.checkIndex(wireAddress - address, words.length)] & 0xFFFF;
  }

  /// Copies words from a wire address on.
  public void copyTo(int wireAddress, int length, short[] target, int at) {
    System.arraycopy(words, wireAddress - address, target, at, length);
  }

  /// The same block with other words from a wire address on.
  ///
  /// @throws IndexOutOfBoundsException if they do not lie inside the block
  public RegisterBlock with(int wireAddress, short[] replaced) {
    short[] copy = words.clone();
    System.arraycopy(replaced, 0, copy, wireAddress - address, replaced.length);
    return new RegisterBlock(table, address, count, readAt, copy, reason, failure);
  }

  public boolean covers(RegisterTable inTable, int from, int length) {
    return table == inTable && from >= address && from + length <= address + count;
  }

  void write(FrameWriter out) {
    out.putByte(table.ordinal());
    out.putShort(address);
    out.putShort(count);
    out.putLong(readAt);
    out.putByte(reason.ordinal());
    out.putString(failure);
    out.putShorts(words);
  }

  static RegisterBlock read(FrameReader in) {
    RegisterTable table = in.getConstant(RegisterTable.values());
    int address = in.getShort();
    int count = in.getShort();
    long readAt = in.getLong();
    QualityReason reason = QualityReason.of(in.getByte());
    String failure = in.getString();
    short[] words = in.getShorts();
    if (reason == QualityReason.NONE && words.length != count) {
      throw new IllegalArgumentException(
          table.word() + " " + address + ": " + words.length + " words instead of " + count);
    }
    return new RegisterBlock(table, address, count, readAt, words, reason, failure);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RegisterBlock that
        && table == that.table
        && address == that.address
        && count == that.count
        && readAt == that.readAt
        && reason == that.reason
        && failure.equals(that.failure)
        && Arrays.equals(words, that.words);
  }

  @Override
  public int hashCode() {
    return Objects.hash(table, address, count, readAt, reason, Arrays.hashCode(words));
  }

  @Override
  public String toString() {
    return table.word() + " " + address + "+" + count + (isRead() ? "" : " " + failure);
  }
}
