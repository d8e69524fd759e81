package dev.voltbus.modbus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramPacket;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// A slave with a framing of our own, so that tests do not share j2mod's mistakes. It records each
/// request frame and answers the next one by the next [Script], or from its registers when there is
/// none.
final class TestingModbusServer {
  /// What happens to one request.
  @FunctionalInterface
  interface Script {
    void on(Frame frame, Peer peer);
  }

  /// The way back to whoever asked.
  interface Peer {
    Future<Void> write(Buffer bytes);

    void close();
  }

  private final Vertx vertx;
  private final TestingFraming framing;
  private final Runs runs;
  private final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
  private final Queue<Script> scripts = new ConcurrentLinkedQueue<>();
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger closedConnections = new AtomicInteger();
  private final TestingRegisters registers = new TestingRegisters();
  private volatile Script otherwise = this::answer;

  /// What makes it reachable, and whether it still is.
  private record Runs(
      String scheme, int port, Supplier<Future<Void>> stop, IntPredicate holdsPort) {}

  private TestingModbusServer(
      Vertx vertx, TestingFraming framing, Function<TestingModbusServer, Runs> start) {
    this.vertx = vertx;
    this.framing = framing;
    this.runs = start.apply(this);
  }

  static TestingModbusServer start(Vertx vertx, TestingFraming framing) throws Exception {
    String scheme =
        switch (framing) {
          case MBAP -> "tcp";
          case RTU -> "rtu+tcp";
          case ASCII -> "ascii+tcp";
        };
    return start(vertx, framing, scheme, new NetServerOptions());
  }

  static TestingModbusServer start(
      Vertx vertx, TestingFraming framing, String scheme, NetServerOptions options) {
    return new TestingModbusServer(
        vertx,
        framing,
        slave -> {
          NetServer server = vertx.createNetServer(options).connectHandler(slave::accept);
          await(server.listen(0, "127.0.0.1"));
          return new Runs(scheme, server.actualPort(), server::close, TestingModbusServer::accepts);
        });
  }

  static TestingModbusServer startDatagrams(Vertx vertx, TestingFraming framing) {
    return new TestingModbusServer(
        vertx,
        framing,
        slave -> {
          DatagramSocket socket = vertx.createDatagramSocket();
          await(socket.listen(0, "127.0.0.1"));
          socket.handler(packet -> slave.take(socket, packet));
          String scheme = framing == TestingFraming.MBAP ? "udp" : "rtu+udp";
          return new Runs(
              scheme, socket.localAddress().port(), socket::close, TestingModbusServer::isTaken);
        });
  }

  private static void await(Future<?> started) {
    try {
      var _ = started.await(5, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("the slave did not start within 5 s", e);
    }
  }

  /// Returns when connecting is refused, and a datagram port is free: after its close has
  /// completed, a server may accept for a moment and reset, and a datagram socket take what comes
  /// without an answer.
  void stop() throws Exception {
    await(runs.stop().get());
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    while (runs.holdsPort().test(port())) {
      if (System.nanoTime() - limit > 0) {
        throw new AssertionError("port " + port() + " still in use 5 s after its server closed");
      }
      Thread.onSpinWait();
    }
  }

  private static boolean accepts(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException refused) {
      return false;
    }
  }

  private static boolean isTaken(int port) {
    try (var _ = new java.net.DatagramSocket(port, InetAddress.getLoopbackAddress())) {
      return false;
    } catch (SocketException taken) {
      return true;
    }
  }

  String url() {
    return scheme() + "://127.0.0.1:" + port();
  }

  String scheme() {
    return runs.scheme();
  }

  int port() {
    return runs.port();
  }

  TestingRegisters registers() {
    return registers;
  }

  int connections() {
    return connections.get();
  }

  int closedConnections() {
    return closedConnections.get();
  }

  /// The next request frame, which must come within twenty seconds.
  Frame nextFrame() throws InterruptedException {
    Frame frame = frames.poll(20, TimeUnit.SECONDS);
    if (frame == null) {
      throw new AssertionError("no frame came within 20 s");
    }
    return frame;
  }

  int framesLeft() {
    return frames.size();
  }

  void then(Script script) {
    scripts.add(script);
  }

  void otherwise(Script script) {
    otherwise = script;
  }

  /// Answers with an exception code.
  void thenRefuse(int code) {
    then((frame, peer) -> send(frame, peer, Buffer.buffer(refusal(frame, code))));
  }

  private static byte[] refusal(Frame frame, int code) {
    return new byte[] {(byte) (frame.function() | 0x80), (byte) code};
  }

  /// Never answers.
  void thenStaySilent() {
    then((frame, peer) -> {});
  }

  /// Answers with a PDU of the test's choice in a correct frame.
  void thenAnswerPdu(int... pdu) {
    then((frame, peer) -> send(frame, peer, bytes(pdu)));
  }

  /// The same, written as hex digits.
  void thenAnswerHex(String pdu) {
    byte[] bytes = HexFormat.of().parseHex(pdu.replace(" ", ""));
    then((frame, peer) -> send(frame, peer, Buffer.buffer(bytes)));
  }

  /// Answers as it should, but with the frame's bytes changed; RTU gets no new CRC.
  void thenMangle(UnaryOperator<Buffer> change) {
    then((frame, peer) -> peer.write(change.apply(rightAnswer(frame))));
  }

  /// Answers as it should, one byte at a time.
  void thenDribble(long millisBetweenBytes) {
    then((frame, peer) -> {
      Buffer answer = rightAnswer(frame);
      AtomicInteger next = new AtomicInteger();
      vertx.setPeriodic(
          millisBetweenBytes,
          id -> {
            int at = next.getAndIncrement();
            if (at >= answer.length()) {
              vertx.cancelTimer(id);
            } else {
              peer.write(answer.getBuffer(at, at + 1));
            }
          });
    });
  }

  /// Holds the answer until the returned gate is opened.
  Runnable thenHold() {
    Queue<Runnable> held = new ConcurrentLinkedQueue<>();
    then((frame, peer) -> held.add(() -> answer(frame, peer)));
    return () -> held.remove().run();
  }

  void answer(Frame frame, Peer peer) {
    peer.write(rightAnswer(frame));
  }

  Buffer rightAnswer(Frame frame) {
    return framing.wrap(frame, frame.unit(), Buffer.buffer(registers.answer(frame.pdu())));
  }

  void send(Frame frame, Peer peer, Buffer pdu) {
    peer.write(framing.wrap(frame, frame.unit(), pdu));
  }

  static Buffer bytes(int... values) {
    Buffer buffer = Buffer.buffer(values.length);
    Arrays.stream(values).forEach(value -> buffer.appendByte((byte) value));
    return buffer;
  }

  private void accept(NetSocket socket) {
    connections.incrementAndGet();
    socket.closeHandler(v -> closedConnections.incrementAndGet());
    Peer peer = new SocketPeer(socket);
    Buffer[] received = {Buffer.buffer()};
    socket.handler(bytes -> {
      received[0].appendBuffer(bytes);
      received[0] = takeFrames(received[0], peer);
    });
  }

  private record SocketPeer(NetSocket socket) implements Peer {
    @Override
    public Future<Void> write(Buffer bytes) {
      return socket.write(bytes);
    }

    @Override
    public void close() {
      socket.close().onFailure(failure -> {});
    }
  }

  private record DatagramPeer(DatagramSocket socket, DatagramPacket packet) implements Peer {
    @Override
    public Future<Void> write(Buffer bytes) {
      return socket.send(bytes, packet.sender().port(), packet.sender().host());
    }

    @Override
    public void close() {}
  }

  private void take(DatagramSocket socket, DatagramPacket packet) {
    var _ = takeFrames(packet.data(), new DatagramPeer(socket, packet));
  }

  private Buffer takeFrames(Buffer received, Peer peer) {
    Buffer rest = received;
    for (int length = framing.length(rest); length > 0; length = framing.length(rest)) {
      Frame frame = framing.unwrap(rest.getBuffer(0, length));
      rest = rest.getBuffer(length, rest.length());
      Script script = scripts.poll();
      (script == null ? otherwise : script).on(frame, peer);
      frames.add(frame);
    }
    return rest;
  }

  /// One request as received.
  record Frame(int transaction, int unit, Buffer pdu, Buffer raw) {
    int function() {
      return pdu.getUnsignedByte(0);
    }

    int address() {
      return pdu.getUnsignedShort(1);
    }

    /// Function and address, as in `3@304`.
    String brief() {
      return function() + "@" + address();
    }
  }
}
