package dev.voltbus.contract;

import java.util.function.BiConsumer;
import java.util.function.Function;

/// Writes and reads the fields of one message type. Fields are only ever added at the end; a reader
/// that finds fewer gets the documented meaning of an absent field, one that finds more skips them.
///
/// @param type number of the message in the frame, never used again for another one
record FrameCodec<T extends Message>(
    int type,
    Class<T> message,
    BiConsumer<T, FrameWriter> writer,
    Function<FrameReader, T> reader) {

  static <T extends Message> FrameCodec<T> of(
      int type,
      Class<T> message,
      BiConsumer<T, FrameWriter> writer,
      Function<FrameReader, T> reader) {
    return new FrameCodec<>(type, message, writer, reader);
  }

  void write(Message body, FrameWriter out) {
    writer.accept(message.cast(body), out);
  }
}
