package dev.voltbus.contract;

/// Asks the holder of a publication's lease, or of the line over which devices are pushed, to do
/// something at its broker now.
///
/// Wall clocks of two nodes are never compared, so the asker hears the holder's clock first
/// (`CLOCK`) and states the deadline by that one: a request that the network held back has no
/// effect, neither has one that reaches another holder than the one who told its clock.
///
/// @param id the same id twice has one effect and one answer
/// @param action what is wanted
/// @param token fencing token under which the holder's clock was heard; 0 for `CLOCK`
/// @param deadlineMillis until when it may begin, by the holder's clock; 0 for `CLOCK`
/// @param source who wants it, for the log
public record PublicationRequest(
    String id, Action action, long token, long deadlineMillis, String source) implements Message {
  static final FrameCodec<PublicationRequest> CODEC =
      FrameCodec.of(
          16,
          PublicationRequest.class,
          (message, out) -> {
            out.putString(message.id);
            out.putByte(message.action.ordinal());
            out.putLong(message.token);
            out.putLong(message.deadlineMillis);
            out.putString(message.source);
          },
          in ->
              new PublicationRequest(
                  in.getString(),
                  Action.of(in.getByte()),
                  in.getLong(),
                  in.getLong(),
                  in.getString()));

  /// Append only; the ordinal is on the wire.
  public enum Action {
    UNKNOWN,
    /// Nothing but the holder's clock.
    CLOCK,
    /// Tell Home Assistant of all entities again, then send all values.
    DISCOVER,
    /// Try the broker step by step, beside the connection there is.
    TEST,
    /// Disconnect in order and connect at once, with what stands in the secret files now.
    RECONNECT;

    static Action of(int code) {
      return code > 0 && code < values().length ? values()[code] : UNKNOWN;
    }
  }

  /// Asks for the holder's clock.
  public static PublicationRequest clock(String id, String source) {
    return new PublicationRequest(id, Action.CLOCK, 0, 0, source);
  }

  /// A request that the holder can judge by its own clock.
  ///
  /// @param heard the holder's answer to `CLOCK`
  /// @param heardAgoMillis time since it arrived
  /// @param remainingMillis time left to begin
  public static PublicationRequest to(
      PublicationReply heard,
      long heardAgoMillis,
      String id,
      Action action,
      int remainingMillis,
      String source) {
    long deadline = heard.clockMillis() + heardAgoMillis + remainingMillis;
    return new PublicationRequest(id, action, heard.token(), deadline, source);
  }
}
