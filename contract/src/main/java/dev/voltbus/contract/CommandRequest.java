package dev.voltbus.contract;

import io.vertx.core.buffer.Buffer;

/// A command as it arrived, for the owner of the site's command shard to judge.
///
/// @param id identity of the command; the same id twice has one effect
/// @param source where it came from, such as `mqtt local BE/command/PAUSE`
/// @param device the device it is meant for
/// @param name name of the command, such as PAUSE
/// @param payload payload as received
/// @param retained true if the broker kept it from an earlier time
/// @param timeToLiveMillis how long after its arrival at the gateway it may still act
public record CommandRequest(
    String id,
    String source,
    String device,
    String name,
    Buffer payload,
    boolean retained,
    int timeToLiveMillis)
    implements Message {
  static final FrameCodec<CommandRequest> CODEC =
      FrameCodec.of(7, CommandRequest.class, CommandRequest::write, CommandRequest::read);

  public CommandRequest {
    payload = payload.copy();
  }

  @Override
  public Buffer payload() {
    return payload.copy();
  }

  private void write(FrameWriter out) {
    out.putString(id);
    out.putString(source);
    out.putString(device);
    out.putString(name);
    out.putBytes(payload.getBytes());
    out.putBoolean(retained);
    out.putInt(timeToLiveMillis);
  }

  private static CommandRequest read(FrameReader in) {
    return new CommandRequest(
        in.getString(),
        in.getString(),
        in.getString(),
        in.getString(),
        Buffer.buffer(in.getBytes()),
        in.getBoolean(),
        in.getInt());
  }
}
