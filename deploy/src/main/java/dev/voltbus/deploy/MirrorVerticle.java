package dev.voltbus.deploy;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.Mirror;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.Wiring;
import dev.voltbus.deploy.MirroredDevice.Shown;
import dev.voltbus.modbus.Bits;
import dev.voltbus.modbus.DeviceId;
import dev.voltbus.modbus.ModbusAnswer;
import dev.voltbus.modbus.ModbusRequest;
import dev.voltbus.modbus.ModbusServer;
import dev.voltbus.modbus.ModbusServerOptions;
import dev.voltbus.modbus.Words;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Shows the words of the last polls to other Modbus clients. It hears polls on the bus and answers
/// from them, so that no client of it ever reaches a device; it writes nothing, to nobody.
final class MirrorVerticle extends VerticleBase {
  static final int ILLEGAL_FUNCTION = 1;
  static final int ILLEGAL_ADDRESS = 2;
  static final int NO_PATH = 10;
  static final int TARGET_SILENT = 11;

  /// In the status unit: this unit shows no device, or its values are too old to be shown.
  static final int NO_AGE = 0xFFFF;

  private static final Logger LOG = LoggerFactory.getLogger(MirrorVerticle.class);
  private static final String PART = "mirror";
  private static final int UNITS = 256;
  private static final int MOST_NAMED_WRITERS = 64;
  private static final int BASIC_IDENTIFICATION = 1;

  private final Site site;
  private final Mirror mirror;
  private final Wiring wiring;
  private final Map<Integer, MirroredDevice> byUnit = new HashMap<>();
  private final Map<String, MirroredDevice> byName = new HashMap<>();
  private final Map<Integer, Metrics.Counter> refusals = new TreeMap<>();
  private final Metrics.Counter requests;
  private final Set<String> writers = new HashSet<>();
  private Bus.@Nullable Subscription polls;
  private @Nullable ModbusServer server;

  MirrorVerticle(Site site, Mirror mirror, Wiring wiring) {
    this.site = site;
    this.mirror = mirror;
    this.wiring = wiring;
    for (Device device : site.devices()) {
      @Nullable Integer unit = mirror.units().get(device.name());
      if (unit != null) {
        MirroredDevice mirrored = new MirroredDevice(device);
        byUnit.put(unit, mirrored);
        byName.put(device.name(), mirrored);
      }
    }
    Metrics metrics = wiring.metrics();
    this.requests =
        metrics.counter(
            "voltbus_mirror_requests_total", "Requests to the mirror", "site", site.name());
    for (int code : List.of(ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, NO_PATH, TARGET_SILENT)) {
      refusals.put(code, refusal(metrics, code));
    }
  }

  private Metrics.Counter refusal(Metrics metrics, int code) {
    return metrics.counter(
        "voltbus_mirror_refusals_total",
        "Requests the mirror answered with an exception",
        "site",
        site.name(),
        "exception",
        Integer.toString(code));
  }

  @Override
  public Future<?> start() {
    ModbusServerOptions options =
        ModbusServerOptions.of(mirror.host(), mirror.port()).withMostConnections(mirror.clients());
    ModbusServer created = ModbusServer.create(vertx, options, this::answer);
    server = created;
    wiring
        .metrics()
        .gauge(
            "voltbus_mirror_clients",
            "Clients connected to the mirror",
            () -> created.counters().open(),
            "site",
            site.name());
    Bus.Subscription subscription =
        wiring.bus().subscribe(Address.polls(site.name()), this::accept);
    polls = subscription;
    return subscription.ready().compose(ready -> listen(created));
  }

  private Future<ModbusServer> listen(ModbusServer created) {
    return created
        .listen()
        .recover(failure ->
            Future.failedFuture(
                new CommandException(
                    "mirror cannot listen on " + place() + ": " + failure.getMessage())))
        .onSuccess(listening -> {
          wiring.health().up(PART);
          LOG.info("mirror={} shows {}", place(), new TreeMap<>(mirror.units()));
        });
  }

  private String place() {
    return mirror.host() + ":" + mirror.port();
  }

  /// The port it listens on, once deployed.
  int port() {
    @Nullable ModbusServer listening = server;
    return listening == null ? mirror.port() : listening.port();
  }

  private void accept(DevicePoll poll) {
    @Nullable MirroredDevice device = byName.get(poll.device());
    if (device != null && !device.accept(poll, wiring.time().monotonicNanos())) {
      LOG.debug("device={} poll {}/{} refused", poll.device(), poll.epoch(), poll.sequence());
    }
  }

  private Future<ModbusAnswer> answer(ModbusRequest request, String client) {
    requests.increment();
    ModbusAnswer answer = judge(request, client);
    if (answer instanceof ModbusAnswer.Refused refused) {
      Metrics.@Nullable Counter counter = refusals.get(refused.exceptionCode());
      if (counter != null) {
        counter.increment();
      }
    }
    return Future.succeededFuture(answer);
  }

  private ModbusAnswer judge(ModbusRequest request, String client) {
    boolean isStatus = request.unit() == mirror.statusUnit();
    @Nullable MirroredDevice device = byUnit.get(request.unit());
    if (device == null && !isStatus) {
      return new ModbusAnswer.Refused(NO_PATH);
    }
    return switch (request) {
      case ModbusRequest.ReadHolding read -> words(device, RegisterTable.HOLDING, read);
      case ModbusRequest.ReadInput read -> words(device, RegisterTable.INPUT, read);
      case ModbusRequest.ReadCoils read -> bits(device, RegisterTable.COIL, read);
      case ModbusRequest.ReadDiscreteInputs read -> bits(device, RegisterTable.DISCRETE, read);
      case ModbusRequest.ReadDeviceId read -> new ModbusAnswer.Identification(identity(device));
      case ModbusRequest.ReadWriteRegisters write -> refuseWrite(write, client);
      case ModbusRequest.Write write -> refuseWrite(write, client);
    };
  }

  private ModbusAnswer words(
      @Nullable MirroredDevice device, RegisterTable table, ModbusRequest read) {
    if (device == null) {
      return ages(read);
    }
    return switch (shown(device, table, read)) {
      case Shown.Fresh(List<Integer> words) ->
          new ModbusAnswer.Registers(
              Words.of(words.stream().mapToInt(Integer::intValue).toArray()));
      case Shown.TooOld old -> new ModbusAnswer.Refused(TARGET_SILENT);
      case Shown.NotPolled not -> new ModbusAnswer.Refused(ILLEGAL_ADDRESS);
    };
  }

  private ModbusAnswer bits(
      @Nullable MirroredDevice device, RegisterTable table, ModbusRequest read) {
    if (device == null) {
      return new ModbusAnswer.Refused(ILLEGAL_ADDRESS);
    }
    return switch (shown(device, table, read)) {
      case Shown.Fresh(List<Integer> words) -> new ModbusAnswer.Flags(flags(words));
      case Shown.TooOld old -> new ModbusAnswer.Refused(TARGET_SILENT);
      case Shown.NotPolled not -> new ModbusAnswer.Refused(ILLEGAL_ADDRESS);
    };
  }

  private static Bits flags(List<Integer> words) {
    boolean[] flags = new boolean[words.size()];
    for (int i = 0; i < flags.length; i++) {
      flags[i] = words.get(i) != 0;
    }
    return Bits.of(flags);
  }

  private Shown shown(MirroredDevice device, RegisterTable table, ModbusRequest read) {
    return device.show(table, read.address(), read.count(), wiring.time().monotonicNanos());
  }

  /// Register N of the status unit: how old the newest values of unit N are, in tenths of a second.
  private ModbusAnswer ages(ModbusRequest read) {
    if (read.address() + read.count() > UNITS) {
      return new ModbusAnswer.Refused(ILLEGAL_ADDRESS);
    }
    int[] ages = new int[read.count()];
    for (int i = 0; i < ages.length; i++) {
      ages[i] = age(byUnit.get(read.address() + i));
    }
    return new ModbusAnswer.Registers(Words.of(ages));
  }

  private int age(@Nullable MirroredDevice device) {
    if (device == null) {
      return NO_AGE;
    }
    OptionalLong nanos = device.age(wiring.time().monotonicNanos());
    return nanos.isEmpty()
        ? NO_AGE
        : (int) Math.min(NO_AGE - 1, TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong()) / 100);
  }

  private DeviceId identity(@Nullable MirroredDevice device) {
    String product = device == null ? "ages of a mirror" : "mirror of " + device.name();
    return new DeviceId(
        BASIC_IDENTIFICATION,
        new TreeMap<>(
            Map.of(
                DeviceId.VENDOR_NAME, "Voltbus",
                DeviceId.PRODUCT_CODE, product,
                DeviceId.REVISION, "read-only")));
  }

  /// Says once for each client that it tries to write.
  private ModbusAnswer refuseWrite(ModbusRequest write, String client) {
    String from = client.replaceFirst(":[0-9]+$", "");
    boolean isFirst = writers.size() < MOST_NAMED_WRITERS && writers.add(from);
    String line = "mirror={} {} to unit {} from {} refused, exception 1: the mirror is read-only";
    if (isFirst) {
      LOG.warn(line, place(), write.description(), write.unit(), client);
    } else {
      LOG.debug(line, place(), write.description(), write.unit(), client);
    }
    return new ModbusAnswer.Refused(ILLEGAL_FUNCTION);
  }

  @Override
  public Future<?> stop() {
    wiring.health().gone(PART);
    @Nullable ModbusServer listening = server;
    Bus.@Nullable Subscription subscription = polls;
    Future<Void> closed = listening == null ? Future.succeededFuture() : listening.close();
    return subscription == null ? closed : closed.eventually(subscription::cancel);
  }
}
