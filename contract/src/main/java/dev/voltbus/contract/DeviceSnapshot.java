package dev.voltbus.contract;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// All values of a device after one poll, in arrays whose meaning the layout with the same id
/// gives. Instances never change. A value of a group that was not polled this time is the last one
/// read.
public final class DeviceSnapshot implements Message {
  static final FrameCodec<DeviceSnapshot> CODEC =
      FrameCodec.of(2, DeviceSnapshot.class, DeviceSnapshot::write, DeviceSnapshot::read);

  /// Numbers of the sections behind the first fields, in this order. A snapshot without scale
  /// factors lacks the one, one that was not kept the other.
  private static final int EXPONENTS = 1;

  private static final int KEPT = 2;

  private final String device;
  private final long layoutId;
  private final long token;
  private final long epoch;
  private final long sequence;
  private final double[] values;
  private final long[] raws;
  private final byte[] qualities;
  private final byte[] reasons;
  private final short[] words;
  private final long[] readAts;
  private final int[] ageMillis;
  private final int[] staleAfterMillis;
  private final int[] unavailableAfterMillis;
  private final byte[] exponents;
  private final int keptMillis;

  /// The arrays of a snapshot under construction; handed over and not touched afterwards.
  ///
  /// Per value: `values` (scaled number), `raws`, `qualities` and `reasons` (ordinals). `words` are
  /// the raw words of all values one behind the other. Per poll group: `readAts` (Unix milliseconds
  /// of the Modbus answer, 0 before the first), `ageMillis` (age at the moment of sending),
  /// `staleAfterMillis`, `unavailableAfterMillis`. `exponents` has the scale factor that each value
  /// was read with, or no element where the map has no scale-factor registers.
  @SuppressWarnings("ArrayRecordComponent") // only carries the arrays to the constructor, by name
  public record Columns(
      double[] values,
      long[] raws,
      byte[] qualities,
      byte[] reasons,
      short[] words,
      long[] readAts,
      int[] ageMillis,
      int[] staleAfterMillis,
      int[] unavailableAfterMillis,
      byte[] exponents) {

    /// Values whose scale is fixed.
    public Columns(
        double[] values,
        long[] raws,
        byte[] qualities,
        byte[] reasons,
        short[] words,
        long[] readAts,
        int[] ageMillis,
        int[] staleAfterMillis,
        int[] unavailableAfterMillis) {
      this(
          values,
          raws,
          qualities,
          reasons,
          words,
          readAts,
          ageMillis,
          staleAfterMillis,
          unavailableAfterMillis,
          new byte[0]);
    }
  }

  /// A snapshot; the arrays are taken over.
  ///
  /// @param epoch start of the acquisition that polled
  /// @param sequence number of the poll in its epoch
  /// @throws IllegalArgumentException if arrays that belong together differ in length
  public DeviceSnapshot(
      String device, long layoutId, long token, long epoch, long sequence, Columns columns) {
    this(device, layoutId, new PollMark(token, epoch, sequence), columns, 0);
  }

  /// A snapshot of a poll that may have been kept; the arrays are taken over.
  ///
  /// @param mark which poll
  /// @param keptMillis how much of its age passed between its first sending and this one
  /// @throws IllegalArgumentException if arrays that belong together differ in length
  public DeviceSnapshot(
      String device, long layoutId, PollMark mark, Columns columns, int keptMillis) {
    this.device = device;
    this.layoutId = layoutId;
    this.token = mark.token();
    this.epoch = mark.epoch();
    this.sequence = mark.sequence();
    this.keptMillis = keptMillis;
    this.values = columns.values;
    this.raws = columns.raws;
    this.qualities = columns.qualities;
    this.reasons = columns.reasons;
    this.words = columns.words;
    this.readAts = columns.readAts;
    this.ageMillis = columns.ageMillis;
    this.staleAfterMillis = columns.staleAfterMillis;
    this.unavailableAfterMillis = columns.unavailableAfterMillis;
    this.exponents = columns.exponents;
    checkLengths("values", values.length, raws.length, qualities.length, reasons.length);
    checkLengths(
        "groups",
        readAts.length,
        ageMillis.length,
        staleAfterMillis.length,
        unavailableAfterMillis.length);
    if (exponents.length > 0) {
      checkLengths("scale factors", exponents.length, values.length);
    }
  }

  private void checkLengths(String what, int... lengths) {
    if (Arrays.stream(lengths).distinct().count() > 1) {
      throw new IllegalArgumentException(
          "device "
              + device
              + ": snapshot columns for different numbers of "
              + what
              + ": "
              + Arrays.toString(lengths));
    }
  }

  public String device() {
    return device;
  }

  public long layoutId() {
    return layoutId;
  }

  /// Fencing token of the link's owner.
  public long token() {
    return token;
  }

  public long epoch() {
    return epoch;
  }

  public long sequence() {
    return sequence;
  }

  public int size() {
    return values.length;
  }

  public int groups() {
    return readAts.length;
  }

  int totalWords() {
    return words.length;
  }

  /// The scaled number; 0 while there is none (see `quality`).
  public double value(int index) {
    return values[index];
  }

  public long raw(int index) {
    return raws[index];
  }

  /// The scale factor that the device stated with this value: its scale is times ten to the power
  /// of it. 0 where the scale is fixed.
  public int exponent(int index) {
    return exponents.length == 0 ? 0 : exponents[index];
  }

  /// Quality when the snapshot was made; `ReceivedSnapshot` lets it age.
  public Quality quality(int index) {
    return Quality.of(qualities[index]);
  }

  public QualityReason reason(int index) {
    return QualityReason.of(reasons[index]);
  }

  /// Unix milliseconds of the Modbus answer that brought the group's values; 0 before the first.
  public long readAt(int group) {
    return readAts[group];
  }

  /// Milliseconds between the group's answer and the moment of sending.
  public int ageMillis(int group) {
    return ageMillis[group];
  }

  /// How much of the ages passed while this was kept, between the first sending of the poll and
  /// this one; 0 for one that is sent for the first time.
  public int keptMillis() {
    return keptMillis;
  }

  /// The same snapshot, sent again.
  ///
  /// @param millis since it was sent as it is here
  public DeviceSnapshot keptFor(long millis) {
    int[] ages = ageMillis.clone();
    for (int group = 0; group < ages.length; group++) {
      ages[group] = Math.clamp(ages[group] + millis, 0, Integer.MAX_VALUE);
    }
    return new DeviceSnapshot(
        device,
        layoutId,
        PollMark.of(this),
        new Columns(
            values,
            raws,
            qualities,
            reasons,
            words,
            readAts,
            ages,
            staleAfterMillis,
            unavailableAfterMillis,
            exponents),
        Math.clamp(keptMillis + millis, 0, Integer.MAX_VALUE));
  }

  /// About as many bytes as it takes.
  public int bytes() {
    return 200 + 19 * values.length + 2 * words.length;
  }

  public int staleAfterMillis(int group) {
    return staleAfterMillis[group];
  }

  public int unavailableAfterMillis(int group) {
    return unavailableAfterMillis[group];
  }

  /// A raw word, 0..65535.
  public int word(int at) {
    return words[at] & 0xFFFF;
  }

  /// The text of a value, or null if it has none.
  public @Nullable String text(SnapshotLayout layout, int index) {
    @Nullable RegisterCodec codec = layout.codec(index);
    return codec == null
        ? derivedText(layout.spec(index), raws[index])
        : codec.text(words, layout.wordsAt(index), raws[index]);
  }

  private static @Nullable String derivedText(RegisterSpec spec, long raw) {
    @Nullable String listed = spec.presentation().texts().get(raw);
    boolean unlisted =
        listed == null
            && spec.source() instanceof Derivation derived
            && !derived.otherwiseText().isEmpty();
    return unlisted ? ((Derivation) spec.source()).otherwiseText() : listed;
  }

  private void write(FrameWriter out) {
    out.putString(device);
    out.putLong(layoutId);
    out.putLong(token);
    out.putLong(epoch);
    out.putLong(sequence);
    out.putDoubles(values);
    out.putLongs(raws);
    out.putBytes(qualities);
    out.putBytes(reasons);
    out.putShorts(words);
    out.putLongs(readAts);
    out.putInts(ageMillis);
    out.putInts(staleAfterMillis);
    out.putInts(unavailableAfterMillis);
    if (exponents.length > 0) {
      out.putByte(EXPONENTS);
      out.putBytes(exponents);
    }
    if (keptMillis > 0) {
      out.putByte(KEPT);
      out.putInt(keptMillis);
    }
  }

  private static DeviceSnapshot read(FrameReader in) {
    String device = in.getString();
    long layoutId = in.getLong();
    long token = in.getLong();
    long epoch = in.getLong();
    long sequence = in.getLong();
    double[] values = in.getDoubles();
    long[] raws = in.getLongs();
    byte[] qualities = in.getBytes();
    byte[] reasons = in.getBytes();
    short[] words = in.getShorts();
    long[] readAts = in.getLongs();
    int[] ages = in.getInts();
    int[] stale = in.getInts();
    int[] unavailable = in.getInts();
    int section = in.getByte();
    byte[] exponents = section == EXPONENTS ? in.getBytes() : new byte[0];
    section = section == EXPONENTS ? in.getByte() : section;
    return new DeviceSnapshot(
        device,
        layoutId,
        new PollMark(token, epoch, sequence),
        new Columns(
            values, raws, qualities, reasons, words, readAts, ages, stale, unavailable, exponents),
        section == KEPT ? in.getInt() : 0);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof DeviceSnapshot that
        && device.equals(that.device)
        && layoutId == that.layoutId
        && token == that.token
        && epoch == that.epoch
        && sequence == that.sequence
        && Arrays.equals(values, that.values)
        && Arrays.equals(raws, that.raws)
        && Arrays.equals(qualities, that.qualities)
        && Arrays.equals(reasons, that.reasons)
        && Arrays.equals(words, that.words)
        && Arrays.equals(readAts, that.readAts)
        && Arrays.equals(ageMillis, that.ageMillis)
        && Arrays.equals(staleAfterMillis, that.staleAfterMillis)
        && Arrays.equals(unavailableAfterMillis, that.unavailableAfterMillis)
        && Arrays.equals(exponents, that.exponents)
        && keptMillis == that.keptMillis;
  }

  @Override
  public int hashCode() {
    return Objects.hash(device, layoutId, epoch, sequence, Arrays.hashCode(values));
  }

  @Override
  public String toString() {
    return "snapshot " + device + " " + epoch + "/" + sequence + ", " + values.length + " values";
  }
}
