package dev.voltbus.contract;

/// A link came up or went down, or, every 10 s, how it does. A connection that is lost and made
/// again with the next request is no change; `connected` is false once an attempt to connect has
/// failed.
///
/// @param link link name
/// @param token fencing token of its owner
/// @param connected whether it has a connection
/// @param reason why it has none; empty while it has
/// @param clockMillis the owner's own monotonic clock when it sent this, counted under this token;
///   deadlines of writes are judged by it
public record LinkStatus(
    String link, long token, boolean connected, String reason, long clockMillis)
    implements Message {
  static final FrameCodec<LinkStatus> CODEC =
      FrameCodec.of(
          5,
          LinkStatus.class,
          (message, out) -> {
            out.putString(message.link);
            out.putLong(message.token);
            out.putBoolean(message.connected);
            out.putString(message.reason);
            out.putLong(message.clockMillis);
          },
          in ->
              new LinkStatus(
                  in.getString(), in.getLong(), in.getBoolean(), in.getString(), in.getLong()));

  /// A status of an owner whose clock is not told.
  public LinkStatus(String link, long token, boolean connected, String reason) {
    this(link, token, connected, reason, 0);
  }
}
