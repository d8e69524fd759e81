package dev.voltbus.contract;

/// Asks the owner of a device's mapping for the layout of its snapshots.
public record LayoutRequest(String device) implements Message {
  static final FrameCodec<LayoutRequest> CODEC =
      FrameCodec.of(
          3,
          LayoutRequest.class,
          (message, out) -> out.putString(message.device),
          in -> new LayoutRequest(in.getString()));
}
