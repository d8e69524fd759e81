package dev.voltbus.contract;

/// What became of a command. An expected refusal is a result, not a failure. The first result is
/// the answer to the request; those that follow are published (`Address.commandResults`).
///
/// @param id identity of the command
/// @param status how far it came
/// @param reason why it was refused or failed, or what else there is to know, for people
/// @param code the reason for programs, such as `above-envelope`; empty where there is none
/// @param about the command
/// @param correlation id that the sender gave it; empty if none
/// @param requested limits it asked for
/// @param effective limits in force now
/// @param expiresAt Unix milliseconds of the end of a limit; 0 without one
/// @param remainingMillis time left until then, when this was sent
public record CommandResult(
    String id,
    Status status,
    String reason,
    String code,
    About about,
    String correlation,
    Limits requested,
    Limits effective,
    long expiresAt,
    int remainingMillis)
    implements Message {
  static final FrameCodec<CommandResult> CODEC =
      FrameCodec.of(8, CommandResult.class, CommandResult::write, CommandResult::read);

  /// Append only; the ordinal is on the wire.
  public enum Status {
    UNKNOWN,
    /// It has no effect; what runs stays.
    REFUSED,
    /// It is in force, and on disk where the process keeps state.
    ACCEPTED,
    /// The device has taken all writes.
    WRITTEN,
    /// The device shows what was written.
    VERIFIED,
    /// The measured current obeys.
    FOLLOWED,
    /// The measured current did not obey within its grace.
    NOT_FOLLOWED,
    /// The device does not take it; it is tried again for as long as it is in force.
    FAILED,
    /// The limit has come to its end; the base holds again.
    EXPIRED,
    /// Another command took its place.
    REPLACED;

    static Status of(int code) {
      return code > 0 && code < values().length ? values()[code] : UNKNOWN;
    }
  }

  /// Which command it was.
  ///
  /// @param command name, such as PAUSE
  /// @param device the battery it was meant for
  /// @param origin name of the publication it came through; empty where nobody waits for it
  public record About(String command, String device, String origin) {
    public static final About NOTHING = new About("", "", "");

    /// The command of a request.
    public static About of(CommandRequest request) {
      return new About(request.name(), request.device(), request.origin());
    }
  }

  /// A command that has no effect.
  ///
  /// @param code for programs
  /// @param reason for people: thing, value and bound
  public static CommandResult refused(CommandRequest request, String code, String reason) {
    return new CommandResult(
        request.id(),
        Status.REFUSED,
        reason,
        code,
        About.of(request),
        "",
        Limits.NONE,
        Limits.NONE,
        0,
        0);
  }

  private void write(FrameWriter out) {
    out.putString(id);
    out.putByte(status.ordinal());
    out.putString(reason);
    out.putString(code);
    out.putString(about.command);
    out.putString(about.device);
    out.putString(about.origin);
    out.putString(correlation);
    requested.write(out);
    effective.write(out);
    out.putLong(expiresAt);
    out.putInt(remainingMillis);
  }

  private static CommandResult read(FrameReader in) {
    return new CommandResult(
        in.getString(),
        Status.of(in.getByte()),
        in.getString(),
        in.getString(),
        new About(in.getString(), in.getString(), in.getString()),
        in.getString(),
        Limits.read(in),
        Limits.read(in),
        in.getLong(),
        in.getInt());
  }
}
