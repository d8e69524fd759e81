package dev.voltbus.acquisition;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A Modbus TCP device that does to writes what a test says, and writes down every request in the
/// order in which it came. Answers for every unit. Deploy it as a verticle.
final class TestingDevice extends VerticleBase {
  private static final int HEADER = 7;
  private static final int ILLEGAL_ADDRESS = 2;
  private static final Set<Integer> WRITES = Set.of(5, 6, 15, 16, 22);

  /// A request as it came: function and address, and the words behind the address; a read has one,
  /// its count.
  record Request(long nanos, int unit, int function, int address, List<Integer> words) {
    boolean isWrite() {
      return WRITES.contains(function);
    }

    String brief() {
      return function + "@" + address + (isWrite() ? " " + words : "");
    }
  }

  /// What happens to a write.
  enum Fate {
    DONE,
    /// Echoed, but the old value stays.
    IGNORED,
    /// Carried out, and then the connection is closed without an answer.
    LOST_AFTER,
    /// The connection is closed and nothing is done.
    LOST_BEFORE,
    /// The same, and the device refuses connections from then on.
    POWER_OFF
  }

  private final int[] words = new int[0x10000];
  private final boolean[] coils = new boolean[0x10000];
  private final Map<Integer, Integer> refused = new ConcurrentHashMap<>();
  private final List<Request> log = new ArrayList<>();
  private final Map<Integer, int[]> later = new HashMap<>();
  private final Set<NetSocket> sockets = ConcurrentHashMap.newKeySet();
  private volatile Fate fate = Fate.DONE;
  private volatile int readsBeforeEffect;
  private volatile long answerDelayMillis;
  private volatile int mute = -1;
  private volatile int kept = -1;
  private volatile int hidden = -1;
  private volatile int mostRead = Integer.MAX_VALUE;
  private volatile int port;
  private volatile boolean off;
  private @Nullable NetServer server;

  @Override
  public Future<?> start() {
    return listen();
  }

  private Future<NetServer> listen() {
    return vertx
        .createNetServer()
        .connectHandler(this::accept)
        .listen(port, "127.0.0.1")
        .onSuccess(bound -> {
          server = bound;
          off = false;
          port = bound.actualPort();
        });
  }

  private void accept(NetSocket socket) {
    sockets.add(socket);
    socket.closeHandler(closed -> sockets.remove(socket));
    socket.handler(new Stream(socket)::receive);
  }

  String url() {
    return "tcp://127.0.0.1:" + port;
  }

  void fate(Fate ofWrites) {
    fate = ofWrites;
  }

  /// Refuses a function with an exception code; 0 takes it again.
  void refuse(int function, int code) {
    if (code == 0) {
      refused.remove(function);
    } else {
      refused.put(function, code);
    }
  }

  /// A register keeps its word whatever is written.
  void keep(int address) {
    kept = address;
  }

  /// Refuses to read this register.
  void hide(int address) {
    hidden = address;
  }

  /// Refuses to read more words at once.
  void readAtMost(int words) {
    mostRead = words;
  }

  /// A written value shows only after this many reads.
  void settleAfter(int reads) {
    readsBeforeEffect = reads;
  }

  /// A unit does not answer; -1 for none.
  void mute(int unit) {
    mute = unit;
  }

  void answerAfter(long millis) {
    answerDelayMillis = millis;
  }

  synchronized void set(int address, int word) {
    words[address] = word;
  }

  synchronized int word(int address) {
    return words[address];
  }

  synchronized boolean coil(int address) {
    return coils[address];
  }

  synchronized List<Request> log() {
    return List.copyOf(log);
  }

  List<String> writes() {
    return log().stream().filter(Request::isWrite).map(Request::brief).toList();
  }

  boolean isOff() {
    return off;
  }

  /// Takes connections again after a power-off.
  Future<?> powerOn() {
    fate = Fate.DONE;
    return listen();
  }

  private synchronized void note(Request request) {
    log.add(request);
  }

  private void powerOff() {
    Objects.requireNonNull(server)
        .close()
        .onComplete(closed -> {
          sockets.forEach(TestingDevice::close);
          off = true;
        });
  }

  private static void close(NetSocket socket) {
    socket.close().onFailure(gone -> {});
  }

  private synchronized int[] read(int address, int count) {
    int[] read = new int[count];
    for (int i = 0; i < count; i++) {
      applyLater(address + i);
      read[i] = words[address + i];
    }
    return read;
  }

  private void applyLater(int address) {
    int[] pending = later.get(address);
    if (pending != null && pending[1]-- <= 0) {
      words[address] = pending[0];
      later.remove(address);
    }
  }

  private synchronized void write(int address, int word) {
    if (address == kept) {
      return;
    }
    if (readsBeforeEffect > 0) {
      later.put(address, new int[] {word, readsBeforeEffect});
    } else {
      words[address] = word;
    }
  }

  /// The bytes of one connection.
  private final class Stream {
    private final NetSocket socket;
    private Buffer received = Buffer.buffer();

    private Stream(NetSocket socket) {
      this.socket = socket;
    }

    private void receive(Buffer more) {
      received.appendBuffer(more);
      while (received.length() > HEADER && received.length() >= 6 + received.getUnsignedShort(4)) {
        Buffer frame = received.getBuffer(0, 6 + received.getUnsignedShort(4));
        received = received.getBuffer(frame.length(), received.length());
        take(frame);
      }
    }

    private void take(Buffer frame) {
      int function = frame.getUnsignedByte(HEADER);
      int address = frame.getUnsignedShort(HEADER + 1);
      Request request =
          new Request(
              System.nanoTime(),
              frame.getUnsignedByte(6),
              function,
              address,
              written(frame, function));
      note(request);
      if (request.unit() == mute) {
        return;
      }
      if (refused.containsKey(function)) {
        answer(frame, refusal(function, refused.get(function)));
      } else if (!request.isWrite() && isHidden(address, request.words().getFirst())) {
        answer(frame, refusal(function, ILLEGAL_ADDRESS));
      } else if (request.isWrite()) {
        write(frame, request);
      } else {
        answer(frame, answerOfRead(frame, function, address));
      }
    }

    private boolean isHidden(int address, int count) {
      return count > mostRead || (address <= hidden && hidden < address + count);
    }

    private static Buffer refusal(int function, int code) {
      return Buffer.buffer().appendByte((byte) (function | 0x80)).appendByte((byte) code);
    }

    private void write(Buffer frame, Request request) {
      Fate now = fate;
      if (now == Fate.DONE || now == Fate.LOST_AFTER) {
        carryOut(request);
      }
      switch (now) {
        case DONE, IGNORED -> answer(frame, echo(frame, request.function()));
        case LOST_AFTER, LOST_BEFORE -> close(socket);
        case POWER_OFF -> powerOff();
      }
    }

    private void answer(Buffer frame, Buffer pdu) {
      Buffer whole =
          frame
              .getBuffer(0, 4)
              .appendShort((short) (pdu.length() + 1))
              .appendByte(frame.getByte(6))
              .appendBuffer(pdu);
      if (answerDelayMillis == 0) {
        send(whole);
      } else {
        var _ = vertx.setTimer(answerDelayMillis, late -> send(whole));
      }
    }

    private void send(Buffer whole) {
      socket.write(whole).onFailure(gone -> {});
    }
  }

  private static List<Integer> written(Buffer frame, int function) {
    List<Integer> values = new ArrayList<>();
    int from = function == 15 || function == 16 ? HEADER + 6 : HEADER + 3;
    for (int at = from; at + 1 < frame.length(); at += 2) {
      values.add(frame.getUnsignedShort(at));
    }
    if (function == 15) {
      values.add(frame.getUnsignedByte(from) & 1);
    }
    return values;
  }

  private synchronized void carryOut(Request request) {
    int address = request.address();
    List<Integer> values = request.words();
    switch (request.function()) {
      case 5 -> coils[address] = values.getFirst() == 0xFF00;
      case 15 -> coils[address] = values.getFirst() == 1;
      case 22 ->
          write(
              address,
              (words[address] & values.get(0)) | (values.get(1) & ~values.get(0) & 0xFFFF));
      default -> {
        for (int i = 0; i < values.size(); i++) {
          write(address + i, values.get(i));
        }
      }
    }
  }

  private static Buffer echo(Buffer frame, int function) {
    return frame.getBuffer(HEADER, HEADER + (function == 22 ? 7 : 5));
  }

  private Buffer answerOfRead(Buffer frame, int function, int address) {
    int count = frame.getUnsignedShort(HEADER + 3);
    Buffer pdu = Buffer.buffer().appendByte((byte) function);
    if (function == 1) {
      return pdu.appendByte((byte) 1).appendByte((byte) (coil(address) ? 1 : 0));
    }
    pdu.appendByte((byte) (2 * count));
    for (int word : read(address, count)) {
      pdu.appendShort((short) word);
    }
    return pdu;
  }
}
