package dev.voltbus.mqtt;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.CommandRequest;
import dev.voltbus.contract.CommandRequest.Delivery;
import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.CommandResult.About;
import dev.voltbus.contract.CommandResult.Status;
import dev.voltbus.contract.Control;
import dev.voltbus.contract.Control.BatteryTarget;
import dev.voltbus.contract.Control.LimitTarget;
import dev.voltbus.contract.Control.OnUnknown;
import dev.voltbus.contract.Control.Pace;
import dev.voltbus.contract.Control.Unit;
import dev.voltbus.contract.Control.ValueRef;
import dev.voltbus.contract.ControlState;
import dev.voltbus.contract.ControlState.Battery;
import dev.voltbus.contract.ControlState.Mode;
import dev.voltbus.contract.Limits;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.Site;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Plays the owner of a site's control: answers commands as it is told, and says what state it is.
final class TestingOwner {
  private static final Limits BASE = new Limits(100.0, 120.0);

  private final Bus bus;
  private final BlockingQueue<CommandRequest> asked = new LinkedBlockingQueue<>();
  private volatile Function<CommandRequest, Future<CommandResult>> answer;
  private long revision;

  TestingOwner(Bus bus) {
    this.bus = bus;
    this.answer = request -> Future.succeededFuture(usual(request));
    bus.serve(
        RequestAddress.command(Fixtures.SITE),
        request -> {
          asked.add(request);
          return answer.apply(request);
        });
  }

  /// Refuses what is not live with its delivery, and accepts the rest.
  private static CommandResult usual(CommandRequest request) {
    return request.delivery() == Delivery.LIVE
        ? result(request, Status.ACCEPTED, "")
        : CommandResult.refused(
            request, request.delivery() == Delivery.RETAINED ? "retained" : "queued", "not live");
  }

  static CommandResult result(CommandRequest request, Status status, String reason) {
    return new CommandResult(
        request.id(),
        status,
        reason,
        "",
        new About(request.name(), request.device(), request.origin()),
        "",
        Limits.NONE,
        Limits.NONE,
        0,
        0);
  }

  /// One that allows nothing.
  static TestingOwner refusing(Bus bus) {
    TestingOwner owner = new TestingOwner(bus);
    owner.answering(request ->
        Future.succeededFuture(
            CommandResult.refused(request, "not-permitted", "not allowed here")));
    return owner;
  }

  /// Repeats a command until the gateway has subscribed.
  CommandRequest askedFor(TestingSubscriber sender) throws InterruptedException {
    for (int i = 0; i < 50; i++) {
      sender.publish("BE/command/PAUSE", "{}", false);
      CommandRequest request = asked(200);
      if (request != null) {
        return request;
      }
    }
    throw new AssertionError("no command arrived in 10 s");
  }

  void answering(Function<CommandRequest, Future<CommandResult>> other) {
    answer = other;
  }

  /// The next command, or null if none comes within a time.
  @Nullable CommandRequest asked(long millis) throws InterruptedException {
    return asked.poll(millis, TimeUnit.MILLISECONDS);
  }

  CommandRequest asked() throws InterruptedException {
    CommandRequest next = asked(15_000);
    if (next == null) {
      throw new AssertionError("no command in 15 s");
    }
    return next;
  }

  void tell(CommandResult result) {
    bus.publish(Address.commandResults(Fixtures.SITE), result);
  }

  void tell(Battery battery) {
    tell(7, ++revision, battery);
  }

  void tell(long token, long number, Battery battery) {
    bus.publish(
        Address.control(Fixtures.SITE),
        new ControlState(token, number, battery.mode(), 1_000, List.of(battery)));
  }

  static Battery running() {
    return in(Mode.RUNNING);
  }

  static Battery in(Mode mode) {
    return battery(mode, BASE, Limits.NONE, 0, 0, true, true);
  }

  /// At its base, but the device does not have it yet.
  static Battery unsettled() {
    return battery(Mode.RUNNING, BASE, Limits.NONE, 0, 0, false, true);
  }

  static Battery lost() {
    return battery(Mode.RUNNING, BASE, Limits.NONE, 0, 0, false, false);
  }

  static Battery paused(boolean byPerson, boolean byItself) {
    return new Battery(
        Fixtures.DEVICE,
        Mode.PAUSED,
        byPerson,
        byItself,
        new Limits(0.0, 0.0),
        Limits.NONE,
        0,
        0,
        true,
        true);
  }

  static Battery limited(double charge, double discharge, long expiresAt, int remainingMillis) {
    Limits limits = new Limits(charge, discharge);
    return battery(Mode.RUNNING, limits, limits, expiresAt, remainingMillis, true, true);
  }

  private static Battery battery(
      Mode mode,
      Limits effective,
      Limits requested,
      long expiresAt,
      int remainingMillis,
      boolean isSettled,
      boolean isInContact) {
    return new Battery(
        Fixtures.DEVICE,
        mode,
        false,
        false,
        effective,
        requested,
        expiresAt,
        remainingMillis,
        isSettled,
        isInContact);
  }

  /// A site whose pack takes these commands.
  static Site site(boolean clearRetained, Set<String> commands, Publication... publications) {
    Site plain = Fixtures.site(publications);
    return new Site(
        plain.name(),
        plain.links(),
        plain.devices(),
        plain.publications(),
        null,
        control(clearRetained, commands, Map.of()));
  }

  static Control control(
      boolean clearRetained, Set<String> commands, Map<String, Set<String>> permits) {
    BatteryTarget target =
        new BatteryTarget(
            Fixtures.DEVICE,
            limit("max_charge", 80),
            limit("max_discharge", 120),
            null,
            List.of(),
            null,
            null,
            null,
            commands,
            Pace.USUAL);
    return new Control(List.of(target), OnUnknown.BASE, permits, false, clearRetained, Map.of());
  }

  private static LimitTarget limit(String key, double most) {
    return new LimitTarget(
        new ValueRef(Fixtures.DEVICE, key),
        Unit.AMPERE,
        null,
        0.5,
        0,
        500,
        most,
        most,
        0,
        null,
        Unit.AMPERE);
  }
}
