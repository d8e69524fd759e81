package dev.voltbus.simulator;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Modbus server for simulated devices, on its own framing.
///
/// It runs on the Vert.x context it was started on. Faults may be armed from any thread.
public final class ModbusServer {
  private static final Logger LOG = LoggerFactory.getLogger(ModbusServer.class);
  private static final int KEPT_WRITES = 10_000;
  private static final int KEPT_EVENTS = 10_000;
  private static final int BROADCAST = 0;
  private static final Duration REBIND = Duration.ofMillis(100);

  /// How requests are framed, and on what.
  public enum Transport {
    TCP("tcp"),
    RTU_OVER_TCP("rtu+tcp"),
    ASCII_OVER_TCP("ascii+tcp"),
    UDP("udp"),
    RTU_OVER_UDP("rtu+udp"),
    TLS("tls"),
    RTU("rtu"),
    ASCII("ascii");

    private final String scheme;

    Transport(String scheme) {
      this.scheme = scheme;
    }

    /// Scheme of its URLs.
    public String scheme() {
      return scheme;
    }

    boolean isSerial() {
      return this == RTU || this == ASCII;
    }

    private Framing framing() {
      return switch (this) {
        case TCP, UDP, TLS -> new TcpFraming();
        case RTU_OVER_TCP, RTU_OVER_UDP, RTU -> new RtuFraming();
        case ASCII_OVER_TCP, ASCII -> new AsciiFraming();
      };
    }
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
  private final Endpoint endpoint;
  private final Listener listener;
  private final Map<Integer, ServedUnit> units = new ConcurrentHashMap<>();
  private final ServedUnit everyUnit = new ServedUnit(null);
  private final Deque<Write> writes = new ArrayDeque<>();
  private final WireLog log = new WireLog(KEPT_EVENTS);
  private final Set<RequestStream> open = ConcurrentHashMap.newKeySet();
  private final AtomicLong connections = new AtomicLong();
  private final RequestStream.Owner owner =
      new RequestStream.Owner() {
        @Override
        public void requested(RequestStream stream, Framing.Request request) {
          ModbusServer.this.requested(stream, request);
        }

        @Override
        public void ended(RequestStream stream) {
          open.remove(stream);
        }
      };
  private volatile boolean stopped;

  /// Who was let in while the listener closed is turned away.
  private volatile boolean rebooting;

  private ModbusServer(Vertx vertx, Endpoint endpoint, Map<Integer, SimulatedDevice> devices) {
    this.vertx = vertx;
    this.endpoint = endpoint;
    devices.forEach((unit, device) -> units.put(unit, new ServedUnit(device)));
    this.listener =
        switch (endpoint.transport()) {
          case TCP, RTU_OVER_TCP, ASCII_OVER_TCP, TLS ->
              new SocketListener(vertx, endpoint, this::accept);
          case UDP, RTU_OVER_UDP -> new DatagramListener(vertx, endpoint, this::accept);
          case RTU, ASCII -> new SerialListener(vertx, endpoint, this::accept);
        };
  }

  /// Starts a server on loopback.
  ///
  /// @param port port on loopback, 0 for any free one
  /// @param devices devices by unit id
  public static Future<ModbusServer> start(
      Vertx vertx, Transport transport, int port, Map<Integer, SimulatedDevice> devices) {
    return start(vertx, Endpoint.loopback(transport, port), devices);
  }

  /// Starts a server.
  ///
  /// @param devices devices by unit id
  public static Future<ModbusServer> start(
      Vertx vertx, Endpoint endpoint, Map<Integer, SimulatedDevice> devices) {
    ModbusServer started = new ModbusServer(vertx, endpoint, devices);
    return started.listener.open().map(bound -> started);
  }

  public int port() {
    return listener.port();
  }

  /// Where it listens, as a URL that the product understands.
  public String url() {
    return endpoint.url(port());
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
    return unit(unit).requests();
  }

  /// Requests of a unit so far that met a fault armed for it.
  public long struck(int unit) {
    return unit(unit).struck();
  }

  /// The accepted writes in order of arrival, at most the newest 10000.
  public List<Write> writes() {
    synchronized (writes) {
      return List.copyOf(writes);
    }
  }

  /// What happened on the wire, in its order, at most the newest 10000 events.
  public List<WireEvent> log() {
    return log.events();
  }

  /// Forgets the log so far and keeps this many events from now on, 0 for none.
  public void keepLog(int events) {
    log.keep(events);
  }

  /// Tells each event of the wire from now on, on the server's event loop.
  public void onWire(Consumer<WireEvent> listening) {
    log.listen(listening);
  }

  /// Arms faults for a unit in place of those before; they hold until the next call. A unit may
  /// have faults of all kinds at once; `Fault.None` alone ends them.
  public void fault(int unit, Fault... faults) {
    unit(unit).arm(faults);
  }

  /// Arms faults for whatever unit is asked for, on top of the unit's own.
  public void faultEveryUnit(Fault... faults) {
    everyUnit.arm(faults);
  }

  /// The faults armed for a unit now.
  public List<Fault> faults(int unit) {
    return unit(unit).armed();
  }

  /// The faults armed for every unit now.
  public List<Fault> faultsOfEveryUnit() {
    return everyUnit.armed();
  }

  /// Faults that belong to a device's nature: they hold whatever else is armed.
  public void quirks(int unit, List<Fault> quirks) {
    unit(unit).quirks(quirks);
  }

  /// Cuts every connection.
  public void dropConnections() {
    open.forEach(RequestStream::close);
  }

  /// Restarts it: connections are reset, new ones refused for this time, devices begin again.
  public void reboot(Duration by) {
    LOG.debug("modbus={} reboots", port());
    rebooting = true;
    open.forEach(RequestStream::reset);
    units.values().forEach(ServedUnit::restart);
    listener
        .close()
        .eventually(() -> vertx.timer(Math.max(1, by.toMillis())))
        .onComplete(ready -> reopen());
  }

  private void reopen() {
    if (stopped) {
      return;
    }
    rebooting = false;
    listener
        .open()
        .onFailure(taken -> {
          LOG.debug("modbus={} cannot listen yet: {}", port(), taken.getMessage());
          var _ = vertx.setTimer(REBIND.toMillis(), again -> reopen());
        });
  }

  public Future<Void> stop() {
    stopped = true;
    return listener.close();
  }

  private ServedUnit unit(int unit) {
    return units.computeIfAbsent(unit, fresh -> new ServedUnit(null));
  }

  private RequestStream accept(Connection connection) {
    RequestStream stream =
        new RequestStream(
            vertx,
            connections.incrementAndGet(),
            endpoint.transport().framing(),
            connection,
            log,
            owner);
    if (rebooting) {
      stream.reset();
      return stream;
    }
    Fault.@Nullable SingleConnection single = singleConnection();
    if (single != null && !single.newest() && !open.isEmpty()) {
      stream.close();
      return stream;
    }
    if (single != null) {
      open.forEach(RequestStream::close);
    }
    open.add(stream);
    return stream;
  }

  private Fault.@Nullable SingleConnection singleConnection() {
    Fault.@Nullable SingleConnection found = everyUnit.singleConnection();
    for (ServedUnit unit : units.values()) {
      found = found == null ? unit.singleConnection() : found;
    }
    return found;
  }

  private void requested(RequestStream stream, Framing.Request request) {
    Asked asked = Asked.of(request.pdu());
    ServedUnit unit = unit(request.unit());
    List<Fault> faults = new ArrayList<>(unit.struckBy(asked));
    faults.addAll(everyUnit.struckBy(asked));
    @Nullable SimulatedDevice device = unit.device();
    if (device == null) {
      requestedOfNobody(stream, request, asked, faults);
      return;
    }
    new Exchange(vertx, stream, request, asked, unit, device, faults, this).begin();
  }

  /// A write to unit 0 is for all and gets no answer. Over a gateway somebody says that there is
  /// nobody; on a serial line there is silence.
  private void requestedOfNobody(
      RequestStream stream, Framing.Request request, Asked asked, List<Fault> faults) {
    if (request.unit() == BROADCAST && asked.isWrite()) {
      units.values().forEach(each -> broadcast(each, request));
      return;
    }
    if (stream.framing().answersForAbsentUnits()) {
      SimulatedDevice nobody = SimulatedDevice.absent();
      new Exchange(vertx, stream, request, asked, unit(request.unit()), nobody, faults, this)
          .begin();
    }
  }

  private void broadcast(ServedUnit unit, Framing.Request request) {
    @Nullable SimulatedDevice device = unit.device();
    if (device != null) {
      LOG.debug(
          "broadcast answered {}", new Protocol(device, writesOf(BROADCAST)).answer(request.pdu()));
    }
  }

  /// Told address and words of each write a unit accepts.
  BiConsumer<Integer, int[]> writesOf(int unit) {
    return (address, words) -> {
      List<Integer> all = Arrays.stream(words).boxed().toList();
      synchronized (writes) {
        if (writes.size() == KEPT_WRITES) {
          writes.removeFirst();
        }
        writes.addLast(new Write(System.nanoTime(), unit, address, all));
      }
    };
  }

  /// A fault asks for a restart, once.
  void reboot(ServedUnit unit, Fault.Reboot fault) {
    unit.disarm(fault);
    everyUnit.disarm(fault);
    reboot(fault.by());
  }
}
