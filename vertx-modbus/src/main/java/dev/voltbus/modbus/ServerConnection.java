package dev.voltbus.modbus;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client of a [ModbusServer]. It reads no further while a request is being answered, so that
/// what a client sends ahead waits in the network, not in memory.
final class ServerConnection {
  private static final Logger LOG = LoggerFactory.getLogger(ModbusServer.class);
  private static final int HEAD = 7;
  private static final int SERVER_FAILURE = 4;

  /// What the server counts.
  enum Event {
    REQUEST,
    REFUSAL,
    MALFORMED
  }

  private final NetSocket socket;
  private final ModbusServer.Device device;
  private final Consumer<Event> events;
  private final Context context = Objects.requireNonNull(Vertx.currentContext(), "no context");
  private final String client;
  private Buffer received = Buffer.buffer();
  private boolean answering;

  ServerConnection(NetSocket socket, ModbusServer.Device device, Consumer<Event> events) {
    this.socket = socket;
    this.device = device;
    this.events = events;
    this.client = String.valueOf(socket.remoteAddress());
  }

  void start() {
    socket.exceptionHandler(e -> LOG.debug("client={} broke off: {}", client, e.toString()));
    socket.handler(this::take);
  }

  private void take(Buffer bytes) {
    received = received.length() == 0 ? bytes : received.copy().appendBuffer(bytes);
    next();
  }

  private void next() {
    if (answering) {
      return;
    }
    byte[] head = received.getBytes(0, Math.min(HEAD, received.length()));
    int length = FrameForm.TCP.length(head, head.length, true);
    if (length == FrameForm.NONE || isOtherProtocol(head)) {
      giveUp(head);
    } else if (length == FrameForm.MORE || length > received.length()) {
      socket.resume();
    } else {
      byte[] frame = received.getBytes(0, length);
      received = received.getBuffer(length, received.length());
      serve(frame);
    }
  }

  private static boolean isOtherProtocol(byte[] head) {
    return head.length >= 4 && Pdu.unsigned(head, 2) != 0;
  }

  private void giveUp(byte[] head) {
    events.accept(Event.MALFORMED);
    answering = true;
    LOG.info(
        "client={} closed, its bytes are no Modbus TCP: {}",
        client,
        FrameText.bytes(FrameForm.TCP, head));
    socket.close().onFailure(ServerConnection::closedAlready);
  }

  private void serve(byte[] frame) {
    answering = true;
    socket.pause();
    events.accept(Event.REQUEST);
    byte[] pdu = Arrays.copyOfRange(frame, HEAD, frame.length);
    answer(frame[6] & 0xFF, pdu)
        .compose(answer -> send(frame, answer))
        .onComplete(sent -> context.runOnContext(v -> goOn(sent.succeeded())));
  }

  /// A turn of its own, so that a client with many requests at once does not pile up calls.
  private void goOn(boolean sent) {
    answering = !sent;
    next();
  }

  private Future<byte[]> answer(int unit, byte[] pdu) {
    return switch (RequestReader.read(unit, pdu)) {
      case RequestReader.Outcome.Valid valid -> ask(valid.request());
      case RequestReader.Outcome.Refused refused ->
          Future.succeededFuture(AnswerPdu.refusal(pdu[0], refused.exceptionCode()));
    };
  }

  private Future<byte[]> ask(ModbusRequest request) {
    return asked(request)
        .map(answer -> AnswerPdu.of(request, answer))
        .recover(fault -> Future.succeededFuture(failed(request, fault)));
  }

  private Future<ModbusAnswer> asked(ModbusRequest request) {
    try {
      return device.answer(request, client);
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private byte[] failed(ModbusRequest request, Throwable fault) {
    LOG.warn(
        "client={} unit={} {} refused, its handler failed",
        client,
        request.unit(),
        request.description(),
        fault);
    return AnswerPdu.refusal(request.function().code(), SERVER_FAILURE);
  }

  private Future<Void> send(byte[] asked, byte[] pdu) {
    if ((pdu[0] & Pdu.EXCEPTION) != 0) {
      events.accept(Event.REFUSAL);
    }
    return socket.write(
        Buffer.buffer(HEAD + pdu.length)
            .appendBytes(asked, 0, 4)
            .appendUnsignedShort(1 + pdu.length)
            .appendByte(asked[6])
            .appendBytes(pdu));
  }

  static void closedAlready(Throwable cause) {
    LOG.debug("closing failed: {}", cause.toString());
  }
}
