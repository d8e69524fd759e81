package dev.voltbus.deploy;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// The other side of a golden byte trace: follows a script and writes down each byte of the
/// exchange. It shares no code with client or simulator. One connection at a time, on a thread of
/// its own, so that the order of what it writes down is the order on the wire.
final class TracePeer implements AutoCloseable {
  private static final HexFormat HEX = HexFormat.ofDelimiter(" ");
  private static final List<String> TABLES = List.of("coil", "discrete", "holding", "input");

  private final TraceScript script;
  private final Consumer<TraceScript.Write> writer;
  private final ServerSocket server;
  private final List<String> lines = new ArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private final Map<String, Integer> written = new HashMap<>();
  private byte[] owed = new byte[0];
  private int requests;

  /// A request without its framing.
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Frame(int transaction, int unit, byte[] pdu) {
    int function() {
      return pdu[0] & 0xFF;
    }

    int word(int at) {
      return ByteBuffer.wrap(pdu).getShort(at) & 0xFFFF;
    }
  }

  /// @param writer is asked for the writes of the script
  TracePeer(TraceScript script, Consumer<TraceScript.Write> writer) throws IOException {
    this.script = script;
    this.writer = writer;
    this.server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("trace-peer").start(this::serve);
  }

  int port() {
    return server.getLocalPort();
  }

  /// The exchange, once the script's end is reached.
  List<String> exchange(long seconds) throws InterruptedException {
    boolean reached = over.await(seconds, TimeUnit.SECONDS);
    synchronized (lines) {
      if (!reached) {
        throw new AssertionError(
            "only %d of %d requests came within %d s:%n%s"
                .formatted(requests, script.end(), seconds, String.join("\n", lines)));
      }
      return List.copyOf(lines);
    }
  }

  private void serve() {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        socket.setTcpNoDelay(true);
        note("connected");
        converse(new DataInputStream(socket.getInputStream()), socket.getOutputStream());
      } catch (EOFException | SocketException e) {
        note("closed by Voltbus");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      owed = new byte[0];
    }
  }

  private void note(String line) {
    synchronized (lines) {
      if (over.getCount() > 0) {
        lines.add(line);
      }
    }
  }

  private void converse(DataInputStream in, OutputStream out) throws IOException {
    boolean open = true;
    while (open) {
      Frame request = script.rtu() ? readRtu(in) : readTcp(in);
      requests++;
      for (TraceScript.Write write : script.writes()) {
        if (write.at() == requests) {
          writer.accept(write);
        }
      }
      open = answer(request, out);
      if (requests >= script.end()) {
        over.countDown();
      }
    }
  }

  private Frame readTcp(DataInputStream in) throws IOException {
    byte[] head = in.readNBytes(6);
    if (head.length < 6) {
      throw new EOFException();
    }
    int length = ByteBuffer.wrap(head).getShort(4) & 0xFFFF;
    byte[] rest = new byte[length];
    in.readFully(rest);
    byte[] pdu = new byte[length - 1];
    System.arraycopy(rest, 1, pdu, 0, pdu.length);
    Frame frame = new Frame(ByteBuffer.wrap(head).getShort(0) & 0xFFFF, rest[0] & 0xFF, pdu);
    note(line("->", joined(head, rest), frame));
    return frame;
  }

  private Frame readRtu(DataInputStream in) throws IOException {
    byte[] head = in.readNBytes(8);
    if (head.length < 8) {
      throw new EOFException();
    }
    boolean many = head[1] == 15 || head[1] == 16;
    byte[] rest = new byte[many ? 1 + (head[6] & 0xFF) : head[1] == 22 ? 2 : 0];
    in.readFully(rest);
    byte[] all = joined(head, rest);
    byte[] pdu = new byte[all.length - 3];
    System.arraycopy(all, 1, pdu, 0, pdu.length);
    Frame frame = new Frame(0, all[0] & 0xFF, pdu);
    note(line("->", all, frame));
    return frame;
  }

  /// Deals with one request; false when the connection is closed.
  private boolean answer(Frame request, OutputStream out) throws IOException {
    byte[] pdu = pdu(request);
    Optional<TraceScript.Rule> rule = script.rule(requests);
    String deed = rule.map(TraceScript.Rule::deed).orElse("answers");
    int number = rule.map(TraceScript.Rule::number).orElse(0);
    if (owed.length > 0) {
      send(owed, "late answer to the request before", out);
      owed = new byte[0];
    }
    switch (deed) {
      case "silent" -> note("   (no answer)");
      case "close" -> note("closed by the peer");
      case "exception" -> send(frame(request, refusal(request, number)), "exception", out);
      case "late" -> {
        owed = frame(request, pdu);
        note("   (no answer in time)");
      }
      case "wrong-unit" -> {
        send(frame(new Frame(request.transaction, request.unit ^ 1, pdu), pdu), deed, out);
        send(frame(request, pdu), "", out);
      }
      case "wrong-transaction" -> {
        Frame other = new Frame(request.transaction ^ 0x40, request.unit, pdu);
        send(frame(other, pdu), deed, out);
        send(frame(request, pdu), "", out);
      }
      case "wrong-function" -> {
        byte[] other = pdu.clone();
        other[0] ^= 0x07;
        send(frame(request, other), deed, out);
        send(frame(request, pdu), "", out);
      }
      case "error-frame" -> {
        byte[] error = {0, (byte) request.function(), (byte) number};
        send(frame(request, error), "TinyBMS error frame", out);
      }
      case "slow" -> {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(number));
        send(frame(request, pdu), "", out);
      }
      case "answers" -> send(frame(request, pdu), "", out);
      default -> throw new IllegalStateException("script: nobody knows how to be " + deed);
    }
    return !deed.equals("close");
  }

  private byte[] pdu(Frame request) {
    return switch (request.function()) {
      case 1, 2, 3, 4 -> read(request);
      case 6 -> {
        keep(request, request.word(1), request.word(3));
        yield request.pdu;
      }
      case 16 -> {
        for (int i = 0; i < request.word(3); i++) {
          keep(request, request.word(1) + i, request.word(6 + 2 * i));
        }
        byte[] echo = new byte[5];
        System.arraycopy(request.pdu, 0, echo, 0, 5);
        yield echo;
      }
      default -> refusal(request, 1);
    };
  }

  private void keep(Frame request, int address, int word) {
    written.put(request.unit + " holding " + address, word);
  }

  private byte[] read(Frame request) {
    String table = table(request.function());
    int address = request.word(1);
    int count = request.word(3);
    Optional<TraceScript.Refusal> refused =
        script.refusal(request.unit, table, address, count, requests);
    Optional<TraceScript.Range> range = script.range(request.unit, table, address, count);
    if (refused.isPresent() || range.isEmpty()) {
      return refusal(request, refused.map(TraceScript.Refusal::exception).orElse(2));
    }
    ByteBuffer words = ByteBuffer.allocate(2 + 2 * count);
    words.put((byte) request.function()).put((byte) (2 * count));
    for (int i = 0; i < count; i++) {
      String place = request.unit + " " + table + " " + (address + i);
      words.putShort(
          (short) (int) written.getOrDefault(place, range.orElseThrow().word(address + i)));
    }
    return words.array();
  }

  private static byte[] refusal(Frame request, int exception) {
    return new byte[] {(byte) (request.function() | 0x80), (byte) exception};
  }

  private static String table(int function) {
    return TABLES.get(function - 1);
  }

  private byte[] frame(Frame request, byte[] pdu) {
    ByteBuffer frame = ByteBuffer.allocate(pdu.length + 7);
    if (!script.rtu()) {
      frame.putShort((short) request.transaction).putShort((short) 0);
      frame.putShort((short) (pdu.length + 1)).put((byte) request.unit).put(pdu);
      return frame.array();
    }
    frame.put((byte) request.unit).put(pdu);
    int crc = crc(frame.array(), frame.position());
    frame.put((byte) crc).put((byte) (crc >> 8));
    byte[] whole = new byte[frame.position()];
    frame.get(0, whole);
    return whole;
  }

  /// Modbus over serial line V1.02, 6.2.2.
  private static int crc(byte[] bytes, int length) {
    int crc = 0xFFFF;
    for (int i = 0; i < length; i++) {
      crc ^= bytes[i] & 0xFF;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ 0xA001;
      }
    }
    return crc;
  }

  private void send(byte[] bytes, String remark, OutputStream out) throws IOException {
    String line = "<- " + HEX.formatHex(bytes);
    note(remark.isEmpty() ? line : line + "   " + remark);
    out.write(bytes);
    out.flush();
  }

  private static String line(String arrow, byte[] bytes, Frame frame) {
    return arrow + " " + HEX.formatHex(bytes) + "   " + words(frame);
  }

  private static String words(Frame frame) {
    int address = frame.pdu.length < 3 ? 0 : frame.word(1);
    return "unit "
        + frame.unit
        + switch (frame.function()) {
          case 1, 2, 3, 4 ->
              " read %s %d..%d"
                  .formatted(table(frame.function()), address, address + frame.word(3) - 1);
          case 6 -> " write holding " + address;
          case 16 -> " write holding %d..%d".formatted(address, address + frame.word(3) - 1);
          default -> " function " + frame.function();
        };
  }

  private static byte[] joined(byte[] first, byte[] second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
