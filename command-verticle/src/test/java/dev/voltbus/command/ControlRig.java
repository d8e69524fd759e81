package dev.voltbus.command;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.CommandRequest;
import dev.voltbus.contract.CommandRequest.Delivery;
import dev.voltbus.contract.CommandRequest.Until;
import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.Control;
import dev.voltbus.contract.Control.BatteryTarget;
import dev.voltbus.contract.Control.DeviceTimer;
import dev.voltbus.contract.Control.LimitTarget;
import dev.voltbus.contract.Control.Pace;
import dev.voltbus.contract.Control.Unit;
import dev.voltbus.contract.Control.ValueRef;
import dev.voltbus.contract.ControlState;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.Health;
import dev.voltbus.contract.LinkStatus;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.Quality;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.Secret;
import dev.voltbus.contract.SingleProcessLeases;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.Wiring;
import dev.voltbus.contract.WriteRequest;
import dev.voltbus.contract.WriteResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A control with the owner of its batteries' link played by the test: it takes writes and says
/// what it is told to.
final class ControlRig {
  static final String SITE = "test";
  static final String KEY = "a key of the energy manager";
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final AtomicLong IDS = new AtomicLong();

  final Vertx vertx = Vertx.vertx();
  final Bus bus = Bus.over(vertx);
  final List<WriteRequest> writes = new CopyOnWriteArrayList<>();
  final BlockingQueue<CommandResult> results = new LinkedBlockingQueue<>();
  final BlockingQueue<ControlState> states = new LinkedBlockingQueue<>();
  private final @Nullable Path state;
  private final Site site;
  private final AtomicInteger losing = new AtomicInteger();
  private volatile Function<WriteRequest, WriteResult> owner = ControlRig::verified;
  private Bus.@Nullable Subscription link;
  private String deployment = "";
  private long sequence;

  ControlRig(Control control, @Nullable Path state) {
    this.state = state;
    this.site =
        new Site(
            SITE, List.of(), List.of(device("bms-1"), device("bms-2")), List.of(), null, control);
    bus.subscribe(Address.commandResults(SITE), results::add);
    bus.subscribe(Address.control(SITE), states::add);
  }

  private static Device device(String name) {
    return new Device(name, "rack", 1, TestingMap.of());
  }

  // ---- the site

  static LimitTarget target(String key, double most) {
    return new LimitTarget(
        new ValueRef("bms-1", key),
        Unit.AMPERE,
        null,
        0.1,
        0,
        200,
        100,
        most,
        10,
        new ValueRef("bms-1", "allowed"),
        Unit.AMPERE);
  }

  static BatteryTarget battery(@Nullable DeviceTimer timer, Pace pace) {
    return new BatteryTarget(
        "bms-1",
        target("charge_limit", 150),
        target("discharge_limit", 160),
        timer,
        List.of(),
        new ValueRef("bms-1", "current"),
        null,
        null,
        Set.of("PAUSE", "RESUME", "SET_LIMITS", "RESTART", "STOP"),
        pace);
  }

  /// One whose registers count in W, and whose voltage is the value called current.
  static BatteryTarget inWatts() {
    BatteryTarget usual = battery(null, Pace.USUAL);
    return new BatteryTarget(
        "bms-1",
        inWatts(usual.charge()),
        inWatts(usual.discharge()),
        null,
        List.of(),
        null,
        usual.current(),
        null,
        usual.commands(),
        Pace.USUAL);
  }

  private static LimitTarget inWatts(LimitTarget amperes) {
    return new LimitTarget(
        amperes.register(),
        Unit.WATT,
        null,
        1,
        0,
        100_000,
        amperes.base(),
        amperes.most(),
        amperes.safe(),
        null,
        Unit.AMPERE);
  }

  static Control control(BatteryTarget... targets) {
    return new Control(
        List.of(targets),
        Control.OnUnknown.BASE,
        Map.of("narrow", Set.of("PAUSE")),
        false,
        false,
        Map.of("ems", new Secret(KEY)));
  }

  // ---- the owner of the link

  static WriteResult verified(WriteRequest request) {
    return result(request, WriteResult.Outcome.VERIFIED, "");
  }

  static WriteResult result(WriteRequest request, WriteResult.Outcome outcome, String reason) {
    return new WriteResult(request.id(), outcome, reason, List.of(1), List.of(1), 1, 1);
  }

  /// What becomes of writes from now on.
  void owner(Function<WriteRequest, WriteResult> what) {
    owner = what;
  }

  void linkUp(long token) throws Exception {
    link =
        bus.serve(
            RequestAddress.writes(SITE, "rack"),
            request -> {
              writes.add(request);
              boolean isLost = losing.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
              return isLost
                  ? Promise.<WriteResult>promise().future()
                  : Future.succeededFuture(owner.apply(request));
            });
    link.ready().await();
    bus.publish(Address.links(SITE), new LinkStatus("rack", token, true, "", 0));
  }

  /// So many requests from now on are never answered.
  void lose(int requests) {
    losing.set(requests);
  }

  void linkDown() throws Exception {
    link.cancel().await();
  }

  /// The device says what it measures.
  void measure(double current, double allowed) {
    DeviceSnapshot snapshot = TestingMap.snapshot("bms-1", ++sequence, current, allowed);
    bus.publish(Address.snapshots(SITE), snapshot);
  }

  /// An owner of the link of whom nothing was heard has read the device.
  void measureBy(long token) {
    bus.publish(
        Address.snapshots(SITE),
        TestingMap.snapshot("bms-1", token, ++sequence, 0, 200, Quality.GOOD));
  }

  /// The device answers, but its values are no good.
  void measureBadly() {
    bus.publish(Address.snapshots(SITE), TestingMap.badSnapshot("bms-1", ++sequence));
  }

  void until(String what, BooleanSupplier isSo) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!isSo.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + LIMIT + ": " + what);
      }
      Thread.onSpinWait();
    }
  }

  // ---- the control

  void start() throws Exception {
    TimeSource time = TimeSource.system();
    Wiring wiring =
        new Wiring(bus, new SingleProcessLeases(time), time, Metrics.none(), Health.none(), state);
    deployment = vertx.deployVerticle(new CommandVerticle(site, wiring)).await();
  }

  void stop() throws Exception {
    vertx.undeploy(deployment).await();
  }

  CommandResult send(String command, String payload) throws Exception {
    return send(request(command, payload));
  }

  CommandResult send(CommandRequest request) throws Exception {
    return bus.request(RequestAddress.command(SITE), request, LIMIT).await();
  }

  static CommandRequest request(String command, String payload) {
    return request(command, payload, "bms-1", "BE", Delivery.LIVE);
  }

  static CommandRequest request(
      String command, String payload, String device, String origin, Delivery delivery) {
    long id = IDS.incrementAndGet();
    return new CommandRequest(
        "c-" + id,
        "mqtt local " + id, // a topic of its own, so that no rate limits it
        device,
        command,
        Buffer.buffer(payload),
        delivery,
        Until.in(5_000),
        origin,
        1);
  }

  CommandResult result(String id, CommandResult.Status status) throws Exception {
    return await(results, result -> result.id().equals(id) && result.status() == status);
  }

  /// A state that is told from now on; [#state] may be one that waited.
  ControlState.Battery nextState(Predicate<ControlState.Battery> fits) throws Exception {
    states.clear();
    return state(fits);
  }

  ControlState.Battery state(Predicate<ControlState.Battery> fits) throws Exception {
    return await(states, each -> each.battery("bms-1").filter(fits).isPresent())
        .battery("bms-1")
        .orElseThrow();
  }

  private static <T> T await(BlockingQueue<T> queue, Predicate<T> fits) throws Exception {
    List<T> passed = new ArrayList<>();
    long end = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() < end) {
      T next = queue.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (next != null && fits.test(next)) {
        return next;
      }
      passed.add(next);
    }
    throw new AssertionError("nothing fits in " + LIMIT + " among " + passed);
  }

  /// The last values written to both limits.
  List<Double> limits() {
    return List.of(last("charge_limit"), last("discharge_limit"));
  }

  double last(String key) {
    return writes.stream()
        .filter(write -> write.key().equals(key))
        .mapToDouble(WriteRequest::value)
        .reduce(Double.NaN, (before, after) -> after);
  }

  void close() throws Exception {
    vertx.close().await();
  }
}
