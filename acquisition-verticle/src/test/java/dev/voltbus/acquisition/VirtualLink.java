package dev.voltbus.acquisition;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.RegisterBlock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongFunction;

/// A link in virtual time: the real schedule, and units of which a test says how they answer.
final class VirtualLink {
  private static final Duration CONNECTED_WITHIN = Duration.ofMillis(1);

  /// How a unit answers a request that is sent at a time.
  ///
  /// @param took how long it takes; longer than the time limit is no answer
  record Answer(Duration took, Outcome outcome) {
    static Answer after(long millis) {
      RegisterBlock block =
          RegisterBlock.read(dev.voltbus.contract.RegisterTable.HOLDING, 0, new short[1], millis);
      return new Answer(Duration.ofMillis(millis), new Outcome.Read(block));
    }

    static Answer silence() {
      return new Answer(Duration.ofDays(1), new Outcome.Silent("no answer"));
    }

    static Answer of(long millis, Outcome outcome) {
      return new Answer(Duration.ofMillis(millis), outcome);
    }
  }

  /// A request as it went to the wire.
  record Sent(long atMillis, String device, Duration timeout, boolean answered) {}

  private final List<Device> devices = new ArrayList<>();
  private final Map<String, LongFunction<Answer>> behaviours = new HashMap<>();
  private final Map<String, Integer> read = new HashMap<>();
  private final Map<String, Integer> failed = new HashMap<>();
  private final Map<String, Unit> units = new HashMap<>();
  private final List<Sent> sent = new ArrayList<>();
  private final Duration timeout;
  private long now;

  VirtualLink(Duration timeout) {
    this.timeout = timeout;
  }

  VirtualLink with(Device device, LongFunction<Answer> behaviour) {
    devices.add(device);
    behaviours.put(device.name(), behaviour);
    return this;
  }

  /// Runs from 0 on.
  VirtualLink run(Duration length) {
    List<GroupPolls> polls = new ArrayList<>();
    for (Device device : devices) {
      Unit unit =
          new Unit(
              device,
              device.options().timeoutOr(timeout),
              Periods.ofNeighbours(device, devices),
              Duration.ZERO,
              0);
      units.put(device.name(), unit);
      for (PollGroup group : device.map().groups()) {
        polls.add(new GroupPolls(group, unit));
      }
    }
    LinkSchedule schedule =
        new LinkSchedule(List.copyOf(units.values()), polls, (unit, count) -> {}, new Random(4711));
    schedule.beginAt(0);
    while (now < length.toNanos()) {
      switch (schedule.next(now)) {
        case LinkSchedule.Next.Ask ask -> ask(schedule, ask);
        case LinkSchedule.Next.Fail fail -> {
          schedule.fail(fail);
          failed.merge(fail.poll().device().name(), 1, Integer::sum);
        }
        case LinkSchedule.Next.Idle(long until) -> now = Math.max(until, now + 1);
      }
    }
    return this;
  }

  private void ask(LinkSchedule schedule, LinkSchedule.Next.Ask ask) {
    String device = ask.poll().device().name();
    Answer answer = behaviours.get(device).apply(now / 1_000_000);
    boolean inTime = answer.took().compareTo(ask.timeout()) <= 0;
    sent.add(new Sent(now / 1_000_000, device, ask.timeout(), inTime));
    long started = now;
    now += (inTime ? answer.took() : ask.timeout()).plus(CONNECTED_WITHIN).toNanos();
    PollRun run = ask.poll().run();
    Outcome outcome = inTime ? answer.outcome() : new Outcome.Silent("no answer");
    if (schedule.took(ask, outcome, new Timing(started, now, true))) {
      Map<String, Integer> count = run.answers().anyRead() ? read : failed;
      count.merge(device, 1, Integer::sum);
    }
  }

  /// Polls of a device that brought words.
  int polls(String device) {
    return read.getOrDefault(device, 0);
  }

  int failures(String device) {
    return failed.getOrDefault(device, 0);
  }

  Unit unit(String device) {
    return units.get(device);
  }

  List<Sent> sent(String device) {
    return sent.stream().filter(request -> request.device().equals(device)).toList();
  }
}
