package dev.voltbus.contract;

import java.util.List;

/// What became of a request to a publication. An expected refusal is a result, not a failure.
///
/// @param id id of the request
/// @param outcome how it went
/// @param reason why it was refused or failed; empty otherwise
/// @param entities entities that Home Assistant is told of; 0 where that was not asked
/// @param steps steps of a trial in their order; empty where none was asked
/// @param token fencing token of who answers
/// @param clockMillis monotonic clock of who answers; it means nothing under another token
public record PublicationReply(
    String id,
    Outcome outcome,
    String reason,
    int entities,
    List<TrialStep> steps,
    long token,
    long clockMillis)
    implements Message {

  /// Two texts and an outcome.
  private static final int LEAST_STEP = 9;

  static final FrameCodec<PublicationReply> CODEC =
      FrameCodec.of(17, PublicationReply.class, PublicationReply::write, PublicationReply::read);

  /// Append only; the ordinal is on the wire.
  public enum Outcome {
    UNKNOWN,
    /// Done.
    ACCEPTED,
    /// Nothing was done.
    REFUSED,
    /// It was tried and did not come about.
    FAILED;

    static Outcome of(int code) {
      return code > 0 && code < values().length ? values()[code] : UNKNOWN;
    }
  }

  public PublicationReply {
    steps = List.copyOf(steps);
    if (entities < 0) {
      throw new IllegalArgumentException("entities " + entities + " is below 0");
    }
  }

  private void write(FrameWriter out) {
    out.putString(id);
    out.putByte(outcome.ordinal());
    out.putString(reason);
    out.putInt(entities);
    out.putList(
        steps,
        step -> {
          out.putString(step.name());
          out.putByte(step.outcome().ordinal());
          out.putString(step.text());
        });
    out.putLong(token);
    out.putLong(clockMillis);
  }

  private static PublicationReply read(FrameReader in) {
    return new PublicationReply(
        in.getString(),
        Outcome.of(in.getByte()),
        in.getString(),
        in.getInt(),
        in.getList(
            LEAST_STEP,
            () ->
                new TrialStep(in.getString(), TrialStep.Outcome.of(in.getByte()), in.getString())),
        in.getLong(),
        in.getLong());
  }
}
