package dev.voltbus.contract;

/// Asks whoever sends a device's polls or snapshots for those that may not have arrived.
///
/// @param publication which publication asks; empty for what any of them has not delivered
/// @param after the last one that the asker has; `PollMark.NONE` if it does not know
public record KeptRequest(String device, String publication, PollMark after) implements Message {
  static final FrameCodec<KeptRequest> CODEC =
      FrameCodec.of(
          20,
          KeptRequest.class,
          (message, out) -> {
            out.putString(message.device);
            out.putString(message.publication);
            message.after.write(out);
          },
          in -> new KeptRequest(in.getString(), in.getString(), PollMark.read(in)));
}
