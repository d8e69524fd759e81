package dev.voltbus.contract;

/// The mode of a site's control, published by the owner of the site's command shard.
///
/// @param token fencing token of that owner
/// @param revision grows with each change
/// @param mode what control does now
public record ControlState(long token, long revision, Mode mode) implements Message {
  static final FrameCodec<ControlState> CODEC =
      FrameCodec.of(
          6,
          ControlState.class,
          (message, out) -> {
            out.putLong(message.token);
            out.putLong(message.revision);
            out.putByte(message.mode.ordinal());
          },
          in -> new ControlState(in.getLong(), in.getLong(), Mode.of(in.getByte())));

  /// Append only; the ordinal is on the wire.
  public enum Mode {
    UNKNOWN,
    RUNNING;

    static Mode of(int code) {
      return code > 0 && code < values().length ? values()[code] : UNKNOWN;
    }
  }
}
