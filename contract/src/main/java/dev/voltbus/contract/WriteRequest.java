package dev.voltbus.contract;

import org.jspecify.annotations.Nullable;

/// A value to be written to a register of a device, for the owner of its link.
///
/// @param id the same id twice has one effect and one result
/// @param site site of the device
/// @param device device name
/// @param key key of a writable register
/// @param value in the register's unit, rounded to its step
/// @param deadline until when it may be sent to the device
/// @param token fencing token of the sender's lease; a lower one than before is refused
/// @param source who wants it, for log and audit
/// @param revert what ends it; null if it stays
public record WriteRequest(
    String id,
    String site,
    String device,
    String key,
    double value,
    Deadline deadline,
    long token,
    String source,
    @Nullable Revert revert)
    implements Message {

  static final FrameCodec<WriteRequest> CODEC =
      FrameCodec.of(9, WriteRequest.class, WriteRequest::write, WriteRequest::read);

  /// Until when a write may go out. The wall clocks of two nodes are never compared: the time left
  /// counts from arrival, and where the sender has heard the clock of the link's owner
  /// (`LinkStatus`) also by that one, so that a message the network held back has no effect.
  ///
  /// @param remainingMillis time left when it was sent, and at most from its arrival
  /// @param linkToken fencing token under which the owner's clock was heard; 0 if it was not
  /// @param linkMillis that clock's time of the deadline
  public record Deadline(int remainingMillis, long linkToken, long linkMillis) {

    public static Deadline in(int remainingMillis) {
      return new Deadline(remainingMillis, 0, 0);
    }

    /// A deadline that the link's owner can judge by its own clock.
    ///
    /// @param heard the newest status of the link
    /// @param heardAgoMillis time since it arrived
    public static Deadline in(int remainingMillis, LinkStatus heard, long heardAgoMillis) {
      return new Deadline(
          remainingMillis, heard.token(), heard.clockMillis() + heardAgoMillis + remainingMillis);
    }
  }

  /// The end of a write: the owner of the link writes this value by itself.
  ///
  /// @param afterMillis time until then when it was sent; counted from arrival, so that a limit is
  ///   never short; the deadline bounds by how much it may be long
  /// @param value in the register's unit
  public record Revert(int afterMillis, double value) {}

  private void write(FrameWriter out) {
    out.putString(id);
    out.putString(site);
    out.putString(device);
    out.putString(key);
    out.putLong(Double.doubleToRawLongBits(value));
    out.putInt(deadline.remainingMillis);
    out.putLong(deadline.linkToken);
    out.putLong(deadline.linkMillis);
    out.putLong(token);
    out.putString(source);
    out.putBoolean(revert != null);
    out.putInt(revert == null ? 0 : revert.afterMillis);
    out.putLong(revert == null ? 0 : Double.doubleToRawLongBits(revert.value));
  }

  private static WriteRequest read(FrameReader in) {
    return new WriteRequest(
        in.getString(),
        in.getString(),
        in.getString(),
        in.getString(),
        Double.longBitsToDouble(in.getLong()),
        new Deadline(in.getInt(), in.getLong(), in.getLong()),
        in.getLong(),
        in.getString(),
        revert(in));
  }

  private static @Nullable Revert revert(FrameReader in) {
    boolean present = in.getBoolean();
    Revert revert = new Revert(in.getInt(), Double.longBitsToDouble(in.getLong()));
    return present ? revert : null;
  }
}
