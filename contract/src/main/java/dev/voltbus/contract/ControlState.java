package dev.voltbus.contract;

import java.util.List;
import java.util.Optional;

/// The control of a site's batteries, published by the owner of the site's command shard with each
/// change and every 2 s.
///
/// @param token fencing token of that owner
/// @param revision grows with each change
/// @param mode the strictest mode of all batteries; RUNNING without any
/// @param clockMillis the owner's own monotonic clock when it sent this, counted under this token;
///   ends of commands are judged by it
/// @param batteries those that have limits to set
public record ControlState(
    long token, long revision, Mode mode, long clockMillis, List<Battery> batteries)
    implements Message {
  static final FrameCodec<ControlState> CODEC =
      FrameCodec.of(6, ControlState.class, ControlState::write, ControlState::read);

  /// Append only; the ordinal is on the wire. From RUNNING on each is stricter than the one before.
  public enum Mode {
    UNKNOWN,
    RUNNING,
    PAUSED,
    /// No current is wanted; telemetry goes on until there is none, or for a time.
    STOPPING,
    /// No current is wanted, and no telemetry.
    STOPPED;

    static Mode of(int code) {
      return code > 0 && code < values().length ? values()[code] : UNKNOWN;
    }
  }

  /// One battery.
  ///
  /// @param device name of the battery
  /// @param mode what its control does now
  /// @param isPausedByPerson whether a pause of a person is in force
  /// @param isPausedByItself whether a pause of the gateway's own is in force
  /// @param effective limits in force
  /// @param requested limits of the command that runs; none without one
  /// @param expiresAt Unix milliseconds of its end; 0 without one
  /// @param remainingMillis time left until then, when this was sent
  /// @param isSettled whether the device has what is in force, as far as can be told
  /// @param isInContact whether all devices it needs are heard
  /// @param devices those devices
  public record Battery(
      String device,
      Mode mode,
      boolean isPausedByPerson,
      boolean isPausedByItself,
      Limits effective,
      Limits requested,
      long expiresAt,
      int remainingMillis,
      boolean isSettled,
      boolean isInContact,
      List<String> devices) {
    public Battery {
      devices = List.copyOf(devices);
    }

    /// A battery that needs no further device.
    public Battery(
        String device,
        Mode mode,
        boolean isPausedByPerson,
        boolean isPausedByItself,
        Limits effective,
        Limits requested,
        long expiresAt,
        int remainingMillis,
        boolean isSettled,
        boolean isInContact) {
      this(
          device,
          mode,
          isPausedByPerson,
          isPausedByItself,
          effective,
          requested,
          expiresAt,
          remainingMillis,
          isSettled,
          isInContact,
          List.of(device));
    }

    /// The same without the time that is left, which changes while nothing else does.
    public Battery withoutTime() {
      return new Battery(
          device,
          mode,
          isPausedByPerson,
          isPausedByItself,
          effective,
          requested,
          expiresAt,
          0,
          isSettled,
          isInContact,
          devices);
    }

    private void write(FrameWriter out) {
      out.putString(device);
      out.putByte(mode.ordinal());
      out.putBoolean(isPausedByPerson);
      out.putBoolean(isPausedByItself);
      effective.write(out);
      requested.write(out);
      out.putLong(expiresAt);
      out.putInt(remainingMillis);
      out.putBoolean(isSettled);
      out.putBoolean(isInContact);
      out.putList(devices, out::putString);
    }

    private static Battery read(FrameReader in) {
      return new Battery(
          in.getString(),
          Mode.of(in.getByte()),
          in.getBoolean(),
          in.getBoolean(),
          Limits.read(in),
          Limits.read(in),
          in.getLong(),
          in.getInt(),
          in.getBoolean(),
          in.getBoolean(),
          in.getList(4, in::getString));
    }
  }

  public ControlState {
    batteries = List.copyOf(batteries);
  }

  /// A site without batteries that have limits to set.
  public ControlState(long token, long revision, Mode mode) {
    this(token, revision, mode, 0, List.of());
  }

  public Optional<Battery> battery(String device) {
    return batteries.stream().filter(each -> each.device.equals(device)).findFirst();
  }

  private void write(FrameWriter out) {
    out.putLong(token);
    out.putLong(revision);
    out.putByte(mode.ordinal());
    out.putLong(clockMillis);
    out.putList(batteries, battery -> battery.write(out));
  }

  private static ControlState read(FrameReader in) {
    return new ControlState(
        in.getLong(),
        in.getLong(),
        Mode.of(in.getByte()),
        in.getLong(),
        in.getList(1, () -> Battery.read(in)));
  }
}
