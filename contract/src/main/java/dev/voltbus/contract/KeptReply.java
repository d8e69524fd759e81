package dev.voltbus.contract;

import io.vertx.core.buffer.Buffer;
import java.util.List;

/// Polls or snapshots of a device that were kept.
///
/// @param delivered the last one that the asker's publication has delivered, as far as is known
/// @param messages `DevicePoll`s or `DeviceSnapshot`s, the oldest first, with the time for which
///   they were kept; the newest is there also if it was delivered
public record KeptReply(String device, PollMark delivered, List<Message> messages)
    implements Message {
  static final FrameCodec<KeptReply> CODEC =
      FrameCodec.of(21, KeptReply.class, KeptReply::write, KeptReply::read);

  private static final int LEAST_BYTES = 4;

  public KeptReply {
    messages = List.copyOf(messages);
  }

  private void write(FrameWriter out) {
    Frames frames = new Frames();
    out.putString(device);
    delivered.write(out);
    out.putList(
        messages,
        message -> {
          Buffer frame = Buffer.buffer();
          frames.encodeToWire(frame, message);
          out.putBytes(frame.getBytes());
        });
  }

  private static KeptReply read(FrameReader in) {
    Frames frames = new Frames();
    return new KeptReply(
        in.getString(),
        PollMark.read(in),
        in.getList(LEAST_BYTES, () -> frames.decodeFromWire(0, Buffer.buffer(in.getBytes()))));
  }
}
