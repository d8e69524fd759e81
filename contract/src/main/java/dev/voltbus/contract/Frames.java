package dev.voltbus.contract;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The binary form of all messages: type (2 bytes), length of the fields (4 bytes), fields.
///
/// Nodes of two versions understand each other: an unknown type becomes `UnknownMessage`, an
/// unknown enum value UNKNOWN, bytes behind the last known field are skipped, and missing fields
/// have a documented meaning. Within one process the same instance is handed over.
public final class Frames implements MessageCodec<Message, Message> {
  /// Name under which the codec is registered with the event bus.
  public static final String NAME = "voltbus";

  private static final int HEADER = 6;

  private static final List<FrameCodec<? extends Message>> CODECS =
      List.of(
          DevicePoll.CODEC,
          DeviceSnapshot.CODEC,
          LayoutRequest.CODEC,
          LayoutReply.CODEC,
          LinkStatus.CODEC,
          ControlState.CODEC,
          CommandRequest.CODEC,
          CommandResult.CODEC,
          WriteRequest.CODEC,
          WriteResult.CODEC,
          DeviceReadPlan.CODEC,
          SafetyState.CODEC,
          AnomalyScore.CODEC,
          DispatchProposal.CODEC,
          DeviceMessage.CODEC,
          PublicationRequest.CODEC,
          PublicationReply.CODEC,
          ControlCopy.CODEC,
          Delivered.CODEC,
          KeptRequest.CODEC,
          KeptReply.CODEC);

  private final Map<Class<?>, FrameCodec<?>> byClass = new HashMap<>();
  private final Map<Integer, FrameCodec<?>> byType = new HashMap<>();

  public Frames() {
    for (FrameCodec<?> codec : CODECS) {
      byClass.put(codec.message(), codec);
      byType.put(codec.type(), codec);
    }
  }

  @Override
  public void encodeToWire(Buffer buffer, Message message) {
    FrameCodec<?> codec = byClass.get(message.getClass());
    if (codec == null) {
      throw new IllegalArgumentException("message " + message + " cannot be sent");
    }
    int start = buffer.length();
    buffer.appendShort((short) codec.type()).appendInt(0);
    codec.write(message, new FrameWriter(buffer));
    buffer.setInt(start + 2, buffer.length() - start - HEADER);
  }

  @Override
  public Message decodeFromWire(int position, Buffer buffer) {
    int left = buffer.length() - position;
    if (left < HEADER) {
      return new UnknownMessage(-1, "frame of " + left + " bytes has no header");
    }
    int type = buffer.getUnsignedShort(position);
    int length = buffer.getInt(position + 2);
    if (length < 0 || length > left - HEADER) {
      return new UnknownMessage(type, "length " + length + " but " + (left - HEADER) + " bytes");
    }
    FrameCodec<?> codec = byType.get(type);
    return codec == null
        ? new UnknownMessage(type, "type " + type + " is not known here")
        : read(codec, new FrameReader(buffer, position + HEADER, length));
  }

  /// A damaged frame must not end the connection it came on.
  private static Message read(FrameCodec<?> codec, FrameReader fields) {
    try {
      return codec.reader().apply(fields);
    } catch (RuntimeException e) {
      return new UnknownMessage(codec.type(), "damaged: " + e.getMessage());
    }
  }

  @Override
  public Message transform(Message message) {
    return message;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public byte systemCodecID() {
    return -1;
  }
}
