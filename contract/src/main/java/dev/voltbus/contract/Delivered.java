package dev.voltbus.contract;

import java.util.List;

/// What a publication has done with the polls of its devices: whoever keeps them for it may forget
/// them.
///
/// @param publication name of the publication
/// @param token fencing token of its owner; a lower one than heard before is refused
/// @param devices how far it is with each of its devices
public record Delivered(String publication, long token, List<UpTo> devices) implements Message {
  static final FrameCodec<Delivered> CODEC =
      FrameCodec.of(
          19,
          Delivered.class,
          (message, out) -> {
            out.putString(message.publication);
            out.putLong(message.token);
            out.putList(message.devices, upTo -> upTo.write(out));
          },
          in ->
              new Delivered(
                  in.getString(), in.getLong(), in.getList(UpTo.LEAST_BYTES, () -> UpTo.read(in))));

  /// How far it is with a device.
  ///
  /// @param delivered the last poll of which all was acknowledged by the broker, or deliberately
  ///   not sent, as were all before it
  /// @param stored the last poll of which all is at least on the disk of the publication's owner
  public record UpTo(String device, PollMark delivered, PollMark stored) {
    private static final int LEAST_BYTES = 4 + 2 * PollMark.BYTES;

    private void write(FrameWriter out) {
      out.putString(device);
      delivered.write(out);
      stored.write(out);
    }

    private static UpTo read(FrameReader in) {
      return new UpTo(in.getString(), PollMark.read(in), PollMark.read(in));
    }
  }

  public Delivered {
    devices = List.copyOf(devices);
  }
}
