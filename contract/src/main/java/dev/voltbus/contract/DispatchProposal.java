package dev.voltbus.contract;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The power that the dispatch model proposes for a site, published by the owner of the site's
/// insight shard. A proposal only: nobody acts on it without a command.
///
/// @param token fencing token of that owner
/// @param setpointKw kW, positive charges; null without a model or after a failed inference
/// @param inferenceMillis wall time of the inference, milliseconds, 0 or more
/// @param at when it was made, Unix milliseconds
public record DispatchProposal(
    long token, @Nullable Double setpointKw, double inferenceMillis, long at)
    implements Message, SiteReport {

  static final List<String> PARTS = List.of("setpoint-kw", "inference-ms");

  static final FrameCodec<DispatchProposal> CODEC =
      FrameCodec.of(14, DispatchProposal.class, DispatchProposal::write, DispatchProposal::read);

  public DispatchProposal {
    if (setpointKw != null && !Double.isFinite(setpointKw)) {
      throw new IllegalArgumentException("setpointKw " + setpointKw + " is not a finite number");
    }
    if (!(inferenceMillis >= 0 && Double.isFinite(inferenceMillis))) {
      throw new IllegalArgumentException(
          "inferenceMillis " + inferenceMillis + " is not 0 or more");
    }
  }

  private void write(FrameWriter out) {
    out.putLong(token);
    out.putBoolean(setpointKw != null);
    out.putLong(Double.doubleToRawLongBits(setpointKw == null ? 0 : setpointKw));
    out.putLong(Double.doubleToRawLongBits(inferenceMillis));
    out.putLong(at);
  }

  private static DispatchProposal read(FrameReader in) {
    long token = in.getLong();
    boolean hasSetpoint = in.getBoolean();
    double setpoint = Double.longBitsToDouble(in.getLong());
    return new DispatchProposal(
        token,
        hasSetpoint ? Double.valueOf(setpoint) : null,
        Double.longBitsToDouble(in.getLong()),
        in.getLong());
  }

  /// It tells of one inference and does not grow old.
  @Override
  public boolean isLive(long millisSinceArrival) {
    return true;
  }

  @Override
  public @Nullable Object part(String name) {
    return switch (name) {
      case "setpoint-kw" -> setpointKw;
      case "inference-ms" -> inferenceMillis;
      default -> null;
    };
  }
}
