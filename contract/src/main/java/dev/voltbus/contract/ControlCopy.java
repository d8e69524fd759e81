package dev.voltbus.contract;

/// What a node with the command role says of the copy of a site's control state on its disk. The
/// owner has every such node keep each state, and who becomes owner asks all of them.
///
/// @param node that says it; another one after each start
/// @param kind what it is about
/// @param token fencing token of the owner that made the state; 0 for none
/// @param revision of the state under that token
/// @param text the state in its saved form; empty where it does not travel along
/// @param wallMillis the sender's wall clock when it says so, by which the text's times are, Unix
///   ms; 0 if it does not tell
public record ControlCopy(
    String node, Kind kind, long token, long revision, String text, long wallMillis)
    implements Message {
  private static final byte CLOCK = 1;

  static final FrameCodec<ControlCopy> CODEC =
      FrameCodec.of(
          18,
          ControlCopy.class,
          (message, out) -> {
            out.putString(message.node);
            out.putByte(message.kind.ordinal());
            out.putLong(message.token);
            out.putLong(message.revision);
            out.putString(message.text);
            if (message.wallMillis != 0) {
              out.putByte(CLOCK);
              out.putLong(message.wallMillis);
            }
          },
          in ->
              new ControlCopy(
                  in.getString(),
                  Kind.of(in.getByte()),
                  in.getLong(),
                  in.getLong(),
                  in.getString(),
                  in.getByte() == CLOCK ? in.getLong() : 0));

  /// Append only; the ordinal is on the wire.
  public enum Kind {
    UNKNOWN,
    /// Put this on your disk if you have nothing newer.
    KEEP,
    /// This is on my disk.
    KEPT,
    /// Tell what is on your disk, with its text.
    ASK;

    static Kind of(int code) {
      return code > 0 && code < values().length ? values()[code] : UNKNOWN;
    }
  }
}
