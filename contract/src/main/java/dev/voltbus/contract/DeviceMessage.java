package dev.voltbus.contract;

import io.vertx.core.buffer.Buffer;

/// What a broker brought about a device that has no Modbus, as it came; the owner of the device
/// makes values of it.
///
/// @param device device name
/// @param token fencing token of the owner of the broker connection
/// @param topic topic it came on
/// @param payload as received
/// @param retained whether the broker kept it from earlier, so that its age is not known
public record DeviceMessage(
    String device, long token, String topic, Buffer payload, boolean retained) implements Message {

  /// Bytes of the largest payload that is passed on.
  public static final int LARGEST_PAYLOAD = 16 * 1024;

  static final FrameCodec<DeviceMessage> CODEC =
      FrameCodec.of(
          15,
          DeviceMessage.class,
          (message, out) -> {
            out.putString(message.device);
            out.putLong(message.token);
            out.putString(message.topic);
            out.putBytes(message.payload.getBytes());
            out.putBoolean(message.retained);
          },
          in ->
              new DeviceMessage(
                  in.getString(),
                  in.getLong(),
                  in.getString(),
                  Buffer.buffer(in.getBytes()),
                  in.getBoolean()));

  public DeviceMessage {
    payload = payload.copy();
  }

  @Override
  public Buffer payload() {
    return payload.copy();
  }
}
