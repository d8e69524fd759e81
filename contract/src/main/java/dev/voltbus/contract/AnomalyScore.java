package dev.voltbus.contract;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// How unusual a site's Modbus traffic is, published by the owner of the site's insight shard.
///
/// @param token fencing token of that owner
/// @param score 0 usual .. 1 as unusual as can be
/// @param alertCount alerts since that owner started, 0 or more
/// @param trained whether the forest is fitted
/// @param samples readings it was fitted with, 0 or more
/// @param reasons what made the score high, for people; empty while nothing did
/// @param at when the judged traffic was read, Unix milliseconds
public record AnomalyScore(
    long token,
    double score,
    long alertCount,
    boolean trained,
    long samples,
    List<String> reasons,
    long at)
    implements Message, SiteReport {

  static final List<String> PARTS =
      List.of("score", "alert-count", "trained", "samples", "reasons");

  static final FrameCodec<AnomalyScore> CODEC =
      FrameCodec.of(
          13,
          AnomalyScore.class,
          (message, out) -> {
            out.putLong(message.token);
            out.putLong(Double.doubleToRawLongBits(message.score));
            out.putLong(message.alertCount);
            out.putBoolean(message.trained);
            out.putLong(message.samples);
            out.putList(message.reasons, out::putString);
            out.putLong(message.at);
          },
          in ->
              new AnomalyScore(
                  in.getLong(),
                  Double.longBitsToDouble(in.getLong()),
                  in.getLong(),
                  in.getBoolean(),
                  in.getLong(),
                  in.getList(4, in::getString),
                  in.getLong()));

  public AnomalyScore {
    reasons = List.copyOf(reasons);
    if (!(score >= 0 && score <= 1)) {
      throw new IllegalArgumentException("score " + score + " is not in 0..1");
    }
    if (alertCount < 0 || samples < 0) {
      throw new IllegalArgumentException(
          "alertCount " + alertCount + " or samples " + samples + " is below 0");
    }
  }

  /// It tells of one reading and does not grow old.
  @Override
  public boolean isLive(long millisSinceArrival) {
    return true;
  }

  @Override
  public @Nullable Object part(String name) {
    return switch (name) {
      case "score" -> score;
      case "alert-count" -> alertCount;
      case "trained" -> trained;
      case "samples" -> samples;
      case "reasons" -> reasons;
      default -> null;
    };
  }
}
