package dev.voltbus.simulator;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Modbus server for simulated devices, on its own framing and loopback only.
public final class ModbusServer {
  private static final Logger LOG = LoggerFactory.getLogger(ModbusServer.class);
  private static final String HOST = "127.0.0.1";
  private static final int KEPT_WRITES = 10_000;

  /// How requests are framed.
  public enum Transport {
    TCP,
    RTU_OVER_TCP
  }

  /// A write that a device accepted.
  ///
  /// @param nanos monotonic time of its arrival
  public record Write(long nanos, int unit, int address, List<Integer> words) {
    public Write {
      words = List.copyOf(words);
    }
  }

  private final Vertx vertx;
  private final Framing framing;
  private final Map<Integer, SimulatedDevice> devices;
  private final NetServer server;
  private final Map<Integer, Fault> faults = new ConcurrentHashMap<>();
  private final Map<Integer, AtomicLong> requests = new ConcurrentHashMap<>();
  private final Deque<Write> writes = new ArrayDeque<>();
  private final Set<NetSocket> open = ConcurrentHashMap.newKeySet();
  private final AtomicLong connections = new AtomicLong();

  private ModbusServer(Vertx vertx, Transport transport, Map<Integer, SimulatedDevice> devices) {
    this.vertx = vertx;
    this.framing =
        switch (transport) {
          case TCP -> new TcpFraming();
          case RTU_OVER_TCP -> new RtuFraming();
        };
    this.devices = Map.copyOf(devices);
    this.server =
        vertx.createNetServer(new NetServerOptions().setTcpNoDelay(true).setReuseAddress(true));
  }

  /// Starts a server.
  ///
  /// @param port port on loopback, 0 for any free one
  /// @param devices devices by unit id
  public static Future<ModbusServer> start(
      Vertx vertx, Transport transport, int port, Map<Integer, SimulatedDevice> devices) {
    ModbusServer started = new ModbusServer(vertx, transport, devices);
    return started.server.connectHandler(started::accept).listen(port, HOST).map(bound -> started);
  }

  public int port() {
    return server.actualPort();
  }

  /// Connections accepted so far.
  public long connections() {
    return connections.get();
  }

  /// Connections open now.
  public int openConnections() {
    return open.size();
  }

  /// Requests of a unit so far, with those that were refused or spoiled by a fault.
  public long requests(int unit) {
    return counter(unit).get();
  }

  /// The accepted writes in order of arrival, at most the newest 10000.
  public List<Write> writes() {
    synchronized (writes) {
      return List.copyOf(writes);
    }
  }

  /// Lets something go wrong with every answer of a unit until it is told otherwise.
  public void fault(int unit, Fault fault) {
    faults.put(unit, fault);
  }

  /// Cuts every connection.
  public void dropConnections() {
    open.forEach(ModbusServer::close);
  }

  public Future<Void> stop() {
    return server.close();
  }

  private void accept(NetSocket socket) {
    connections.incrementAndGet();
    open.add(socket);
    Stream stream = new Stream(socket);
    socket.closeHandler(ended -> open.remove(socket));
    socket.exceptionHandler(broken -> LOG.debug("modbus={} {}", port(), broken.getMessage()));
    socket.handler(stream::receive);
  }

  private AtomicLong counter(int unit) {
    return requests.computeIfAbsent(unit, fresh -> new AtomicLong());
  }

  private static void close(NetSocket socket) {
    socket.close().onFailure(gone -> LOG.debug("close: {}", gone.getMessage()));
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
      boolean goesOn = true;
      while (goesOn && received.length() > 0) {
        goesOn = take(framing.cut(received));
      }
    }

    private boolean take(Framing.Cut cut) {
      return switch (cut) {
        case Framing.Cut.More() -> false;
        case Framing.Cut.Noise(int length) -> skip(length);
        case Framing.Cut.Whole(Framing.Request request, int length) -> {
          skip(length);
          answer(request);
          yield true;
        }
      };
    }

    private boolean skip(int length) {
      received = received.getBuffer(length, received.length());
      return true;
    }

    private void answer(Framing.Request request) {
      counter(request.unit()).incrementAndGet();
      @Nullable SimulatedDevice device = devices.get(request.unit());
      if (device == null) {
        if (framing.answersForAbsentUnits()) {
          send(request, Protocol.refuse(function(request), Refusal.NO_SUCH_UNIT));
        }
        return;
      }
      spoil(request, device, faults.getOrDefault(request.unit(), new Fault.None()));
    }

    private void spoil(Framing.Request request, SimulatedDevice device, Fault fault) {
      switch (fault) {
        case Fault.None() -> send(request, perform(request, device));
        case Fault.Delay(Duration by) -> {
          var _ =
              vertx.setTimer(
                  Math.max(1, by.toMillis()), late -> send(request, perform(request, device)));
        }
        case Fault.Drop() -> LOG.debug("modbus={} unit {} is silent", port(), request.unit());
        case Fault.Close() -> {
          received = Buffer.buffer();
          close(socket);
        }
        case Fault.Exceptional(int code) -> send(request, Protocol.refuse(function(request), code));
        case Fault.Truncate(int bytes) -> {
          Buffer whole = framing.wrap(request, perform(request, device));
          write(whole.getBuffer(0, Math.min(bytes, whole.length())));
        }
      }
    }

    private Buffer perform(Framing.Request request, SimulatedDevice device) {
      return new Protocol(device, (address, words) -> log(request.unit(), address, words))
          .answer(request.pdu());
    }

    private void log(int unit, int address, int[] words) {
      List<Integer> all = Arrays.stream(words).boxed().toList();
      synchronized (writes) {
        if (writes.size() == KEPT_WRITES) {
          writes.removeFirst();
        }
        writes.addLast(new Write(System.nanoTime(), unit, address, all));
      }
    }

    private void send(Framing.Request request, Buffer answer) {
      write(framing.wrap(request, answer));
    }

    private void write(Buffer bytes) {
      socket.write(bytes).onFailure(gone -> LOG.debug("write: {}", gone.getMessage()));
    }
  }

  private static int function(Framing.Request request) {
    return request.pdu().getUnsignedByte(0);
  }
}
