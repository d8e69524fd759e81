package dev.voltbus.contract;

import java.util.ArrayList;
import java.util.List;

/// What became of a write. An expected refusal is a result, not a failure.
///
/// @param id id of the request
/// @param outcome what is known of the register now
/// @param reason why, for people; empty for a plain success
/// @param written words that went to the device, 0..65535 each, in wire order; empty if none did
/// @param readBack words read last, before or after the write; empty if none were
/// @param answeredAt Unix milliseconds of the device's answer to the write; 0 if there was none
/// @param durationMillis from the arrival of the request to this result
public record WriteResult(
    String id,
    Outcome outcome,
    String reason,
    List<Integer> written,
    List<Integer> readBack,
    long answeredAt,
    int durationMillis)
    implements Message {

  static final FrameCodec<WriteResult> CODEC =
      FrameCodec.of(10, WriteResult.class, WriteResult::write, WriteResult::read);

  /// Append only; the ordinal is on the wire.
  public enum Outcome {
    /// It may have been written or not; also what a node reads that does not know a newer one.
    UNKNOWN,
    /// Written, or found written after its answer was lost, and read back equal.
    VERIFIED,
    /// Accepted by the device, but not read back.
    WRITTEN,
    /// The register had the value already.
    SUPPRESSED,
    /// Nothing was sent, because Voltbus would not.
    REFUSED,
    /// The device does not have the value: it refused, kept another one, or could not be reached.
    FAILED;

    static Outcome of(int code) {
      return code > 0 && code < values().length ? values()[code] : UNKNOWN;
    }

    /// Whether the device has the value, as far as can be told.
    public boolean isSuccess() {
      return switch (this) {
        case VERIFIED, WRITTEN, SUPPRESSED -> true;
        case UNKNOWN, REFUSED, FAILED -> false;
      };
    }
  }

  public WriteResult {
    written = List.copyOf(written);
    readBack = List.copyOf(readBack);
  }

  public static WriteResult refused(String id, String reason) {
    return new WriteResult(id, Outcome.REFUSED, reason, List.of(), List.of(), 0, 0);
  }

  private void write(FrameWriter out) {
    out.putString(id);
    out.putByte(outcome.ordinal());
    out.putString(reason);
    out.putShorts(shorts(written));
    out.putShorts(shorts(readBack));
    out.putLong(answeredAt);
    out.putInt(durationMillis);
  }

  private static WriteResult read(FrameReader in) {
    return new WriteResult(
        in.getString(),
        Outcome.of(in.getByte()),
        in.getString(),
        words(in.getShorts()),
        words(in.getShorts()),
        in.getLong(),
        in.getInt());
  }

  private static short[] shorts(List<Integer> words) {
    short[] out = new short[words.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = words.get(i).shortValue();
    }
    return out;
  }

  private static List<Integer> words(short[] shorts) {
    List<Integer> out = new ArrayList<>(shorts.length);
    for (short word : shorts) {
      out.add(word & 0xFFFF);
    }
    return out;
  }
}
