package dev.voltbus.contract;

/// What became of a command. An expected refusal is a result, not a failure.
///
/// @param id identity of the command
/// @param status how far it came
/// @param reason why it was refused; empty otherwise
public record CommandResult(String id, Status status, String reason) implements Message {
  static final FrameCodec<CommandResult> CODEC =
      FrameCodec.of(
          8,
          CommandResult.class,
          (message, out) -> {
            out.putString(message.id);
            out.putByte(message.status.ordinal());
            out.putString(message.reason);
          },
          in -> new CommandResult(in.getString(), Status.of(in.getByte()), in.getString()));

  /// Append only; the ordinal is on the wire.
  public enum Status {
    UNKNOWN,
    REFUSED;

    static Status of(int code) {
      return code > 0 && code < values().length ? values()[code] : UNKNOWN;
    }
  }

  public static CommandResult refused(String id, String reason) {
    return new CommandResult(id, Status.REFUSED, reason);
  }
}
