package dev.voltbus.contract;

import io.vertx.core.buffer.Buffer;

/// A command as it arrived, for the owner of the site's command shard to judge.
///
/// @param id identity of the command; the same id twice has one effect
/// @param source where it came from, such as `mqtt local BE/command/PAUSE`; also what its rate is
///   limited by
/// @param device the battery it is meant for
/// @param name name of the command, such as PAUSE
/// @param payload payload as received
/// @param delivery how it came
/// @param until until when it may act
/// @param origin name of the publication it came through, which tells its results; empty where
///   nobody does
/// @param perAmpere how many of the payload's units are one A: 1, or 10 in whole numbers
public record CommandRequest(
    String id,
    String source,
    String device,
    String name,
    Buffer payload,
    Delivery delivery,
    Until until,
    String origin,
    int perAmpere)
    implements Message {
  static final FrameCodec<CommandRequest> CODEC =
      FrameCodec.of(7, CommandRequest.class, CommandRequest::write, CommandRequest::read);

  /// How a command came. Append only; the ordinal is on the wire.
  public enum Delivery {
    /// Sent while the gateway listened.
    LIVE,
    /// The broker kept it from an earlier time.
    RETAINED,
    /// It was there before the gateway listened on this connection.
    QUEUED,
    /// What a node reads that does not know a newer one.
    UNKNOWN;

    static Delivery of(int code) {
      return code < values().length ? values()[code] : UNKNOWN;
    }
  }

  /// Until when a command may act. The time left counts from arrival, and where the sender has
  /// heard the owner's clock (`ControlState`) also by that one, so that a message the network held
  /// back has no effect.
  ///
  /// @param remainingMillis time left when it was sent
  /// @param ownerToken fencing token under which the owner's clock was heard; 0 if it was not
  /// @param ownerMillis that clock's time of the end
  public record Until(int remainingMillis, long ownerToken, long ownerMillis) {

    public static Until in(int remainingMillis) {
      return new Until(remainingMillis, 0, 0);
    }

    /// An end that the owner can judge by its own clock.
    ///
    /// @param heard the newest state of the control
    /// @param heardAgoMillis time since it arrived
    public static Until in(int remainingMillis, ControlState heard, long heardAgoMillis) {
      return new Until(
          remainingMillis, heard.token(), heard.clockMillis() + heardAgoMillis + remainingMillis);
    }
  }

  public CommandRequest {
    payload = payload.copy();
  }

  @Override
  public Buffer payload() {
    return payload.copy();
  }

  public CommandRequest until(Until other) {
    return new CommandRequest(
        id, source, device, name, payload, delivery, other, origin, perAmpere);
  }

  private void write(FrameWriter out) {
    out.putString(id);
    out.putString(source);
    out.putString(device);
    out.putString(name);
    out.putBytes(payload.getBytes());
    out.putByte(delivery.ordinal());
    out.putInt(until.remainingMillis);
    out.putLong(until.ownerToken);
    out.putLong(until.ownerMillis);
    out.putString(origin);
    out.putInt(perAmpere);
  }

  private static CommandRequest read(FrameReader in) {
    return new CommandRequest(
        in.getString(),
        in.getString(),
        in.getString(),
        in.getString(),
        Buffer.buffer(in.getBytes()),
        Delivery.of(in.getByte()),
        new Until(in.getInt(), in.getLong(), in.getLong()),
        in.getString(),
        Math.max(1, in.getInt()));
  }
}
