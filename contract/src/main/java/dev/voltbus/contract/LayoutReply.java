package dev.voltbus.contract;

/// The register map behind a device's snapshots.
public record LayoutReply(String device, RegisterMap map) implements Message {
  static final FrameCodec<LayoutReply> CODEC =
      FrameCodec.of(
          4,
          LayoutReply.class,
          (message, out) -> {
            out.putString(message.device);
            MapFrames.write(message.map, out);
          },
          in -> new LayoutReply(in.getString(), MapFrames.read(in)));
}
