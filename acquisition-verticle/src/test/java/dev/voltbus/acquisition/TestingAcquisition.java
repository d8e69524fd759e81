package dev.voltbus.acquisition;

import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.DeviceReadPlan;
import dev.voltbus.contract.Leases;
import dev.voltbus.contract.LinkStatus;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.SingleProcessLeases;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// The verticle on a Vert.x of its own, with ears on the bus, the log, the figures and the health.
final class TestingAcquisition implements AutoCloseable {
  private static final int LIMIT_SECONDS = 20;

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = Bus.over(vertx);
  private final TestingMetrics metrics = new TestingMetrics();
  private final TestingHealth health = new TestingHealth();
  private final BlockingQueue<DevicePoll> polls = new LinkedBlockingQueue<>();
  private final BlockingQueue<LinkStatus> statuses = new LinkedBlockingQueue<>();
  private final BlockingQueue<DeviceReadPlan> plans = new LinkedBlockingQueue<>();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final TimeSource time;
  private final Leases leases;
  private String deployment = "";
  private @Nullable Path state;

  TestingAcquisition() {
    this(TimeSource.system());
  }

  TestingAcquisition(TimeSource time) {
    this(time, new SingleProcessLeases(time));
  }

  TestingAcquisition(TimeSource time, Leases leases) {
    this.time = time;
    this.leases = leases;
    log.start();
    logger().addAppender(log);
    bus.subscribe(Address.polls("test"), polls::add);
    bus.subscribe(Address.links("test"), statuses::add);
    bus.subscribe(Address.readPlans("test"), plans::add);
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger("dev.voltbus.acquisition");
  }

  /// Starts a part of the outside world.
  <T extends Deployable> T world(T part) {
    await(vertx.deployVerticle(part));
    return part;
  }

  /// What is deployed from now on keeps its state there.
  void keepStateIn(Path folder) {
    state = folder;
  }

  void deploy(Site site) {
    deployment = await(vertx.deployVerticle(new AcquisitionVerticle(site, wiring())));
  }

  void deploy(Site site, Clients clients) {
    deployment = await(vertx.deployVerticle(new AcquisitionVerticle(site, wiring(), clients)));
  }

  Wiring wiring() {
    return new Wiring(bus, leases, time, metrics, health, state);
  }

  /// Does something as a verticle would, and waits until it is done.
  void onContext(Runnable step) {
    Promise<Void> done = Promise.promise();
    vertx.runOnContext(start ->
        Future.succeededFuture()
            .map(ready -> {
              step.run();
              return (Void) null;
            })
            .onComplete(done));
    await(done.future());
  }

  void undeploy() {
    await(vertx.undeploy(deployment));
  }

  Vertx vertx() {
    return vertx;
  }

  Bus bus() {
    return bus;
  }

  TestingMetrics metrics() {
    return metrics;
  }

  TestingHealth health() {
    return health;
  }

  DevicePoll nextPoll() {
    return next(polls, "poll");
  }

  /// The next poll of a kind; others are let go.
  DevicePoll nextPoll(Predicate<DevicePoll> kind) {
    DevicePoll poll = nextPoll();
    while (!kind.test(poll)) {
      poll = nextPoll();
    }
    return poll;
  }

  /// The next so many polls of a device; others are let go.
  List<DevicePoll> nextPolls(int count, String device) {
    List<DevicePoll> next = new ArrayList<>();
    while (next.size() < count) {
      next.add(nextPoll(poll -> poll.device().equals(device)));
    }
    return next;
  }

  LinkStatus nextStatus() {
    return next(statuses, "link status");
  }

  int waitingStatuses() {
    return statuses.size();
  }

  /// The next read plan of a kind; others are let go.
  DeviceReadPlan nextPlan(Predicate<DeviceReadPlan> kind) {
    DeviceReadPlan plan = next(plans, "read plan");
    while (!kind.test(plan)) {
      plan = next(plans, "read plan");
    }
    return plan;
  }

  int waitingPlans() {
    return plans.size();
  }

  private static <T> T next(BlockingQueue<T> queue, String what) {
    try {
      T next = queue.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("no " + what + " within " + LIMIT_SECONDS + " s");
      }
      return next;
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while waiting for a " + what, e);
    }
  }

  /// What was logged for people: INFO and above.
  List<String> logged() {
    synchronized (log) {
      return List.copyOf(log.list).stream()
          .filter(event -> event.getLevel().isGreaterOrEqual(Level.INFO))
          .map(ILoggingEvent::getFormattedMessage)
          .toList();
    }
  }

  /// Looks every few milliseconds whether something has become so.
  void until(String what, BooleanSupplier isSo) {
    Promise<Void> done = Promise.promise();
    long timer =
        vertx.setPeriodic(
            2,
            id -> {
              if (isSo.getAsBoolean()) {
                done.tryComplete();
              }
            });
    try {
      await(done.future());
    } finally {
      assertTrue(vertx.cancelTimer(timer), what);
    }
  }

  static <T> T await(Future<T> future) {
    try {
      return future.await(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("nothing happened within " + LIMIT_SECONDS + " s", e);
    }
  }

  static List<Integer> words(RegisterBlock block) {
    List<Integer> words = new ArrayList<>();
    for (int i = 0; i < block.count(); i++) {
      words.add(block.word(block.address() + i));
    }
    return words;
  }

  static boolean isRead(DevicePoll poll) {
    return poll.blocks().stream().allMatch(RegisterBlock::isRead);
  }

  @Override
  public void close() {
    logger().detachAppender(log);
    await(vertx.close());
  }
}
