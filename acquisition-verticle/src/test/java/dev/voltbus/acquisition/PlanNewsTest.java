package dev.voltbus.acquisition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.DeviceReadPlan;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.ReadLimits;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.Scaling;
import dev.voltbus.contract.Shard;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import dev.voltbus.contract.Wiring;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// When plans are told, with a clock that stands still, and how much of them.
class PlanNewsTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Lease LEASE = new TestingLease(new Shard(Shard.Kind.LINK, "test", "bms"), 7);

  private final TestingClock clock = new TestingClock();
  private final TestingAcquisition acquisition = new TestingAcquisition(clock);
  private final Agenda agenda = new Agenda(acquisition.vertx(), clock);

  @AfterEach
  void close() {
    acquisition.close();
  }

  private record TestingLease(Shard shard, long token) implements Lease {
    @Override
    public boolean isValid() {
      return true;
    }
  }

  /// A unit with so many registers, each of which needs a request of its own.
  private static Unit unit(int registers) {
    WireSource[] places =
        IntStream.range(0, registers)
            .mapToObj(i -> Fixtures.holding(2 * i))
            .toArray(WireSource[]::new);
    return new Unit(Fixtures.device("meter", 1, SECOND, places), SECOND, SECOND, Duration.ZERO, 0);
  }

  private static List<GroupPolls> polls(Unit unit) {
    return List.of(new GroupPolls(unit.device().map().groups().getFirst(), unit));
  }

  private PlanNews news(Unit unit) {
    Wiring wiring = acquisition.wiring();
    PlanNews news = new PlanNews("test", wiring, LEASE, 1, agenda);
    news.follow(unit, polls(unit));
    return news;
  }

  /// A cycle in which the unit refuses the last so many of its registers.
  private static void refuse(Unit unit, int registers) {
    int first = 2 * (unit.device().map().registers().size() - registers);
    refuse(unit, request -> request.address() >= first);
  }

  private static void refuse(Unit unit, Predicate<ReadPlan.Request> refused) {
    ReadPlan plan = ReadPlan.of(unit.device().map(), Fixtures.GROUP, unit.plan().rules());
    PollRun run = new PollRun(plan.requests(), 0, true);
    while (!run.isDone()) {
      ReadPlan.Request next = run.next();
      RegisterBlock block =
          RegisterBlock.read(next.table(), next.address(), new short[next.count()], 1);
      Outcome outcome =
          refused.test(next) ? new Outcome.Refused(2, "x".repeat(999)) : new Outcome.Read(block);
      run.take(outcome, 0, 0, false);
    }
    unit.learn(polls(unit).getFirst(), run, 1, 0);
  }

  // A device that changes its mind with each cycle must not flood the bus.
  @Test
  void aPlanThatChangesAllTheTimeIsToldOnceASecond() {
    Unit unit = unit(20);
    PlanNews news = news(unit);
    acquisition.onContext(() -> {
      for (int i = 1; i < 10; i++) {
        refuse(unit, i);
        news.look(unit);
      }
    });
    DeviceReadPlan first = acquisition.nextPlan(plan -> true);
    assertEquals(1, first.leftOut().size());

    clock.advance(SECOND);

    DeviceReadPlan last = acquisition.nextPlan(plan -> true);
    assertEquals(9, last.leftOut().size());
    assertEquals(first.sequence() + 1, last.sequence());
    assertEquals(0, acquisition.waitingPlans());
  }

  // Whatever a register map and a device come up with, a message stays small.
  @Test
  void aPlanWithTooManyPartsSaysHowManyItLeavesOut() {
    Unit unit = unit(1000);
    refuse(unit, 300);

    List<GroupPolls> polls = polls(unit);
    DeviceReadPlan told = new PlanReport(unit, polls, 0).stamped(new Answers.Stamp(7, 1, 1));

    assertEquals(PlanReport.MOST_REQUESTS, told.groups().getFirst().requests().size());
    assertEquals(700 - PlanReport.MOST_REQUESTS, told.requestsUntold());
    assertEquals(PlanReport.MOST_PLACES, told.leftOut().size());
    assertEquals(300 - PlanReport.MOST_PLACES, told.leftOutUntold());
    assertEquals(1400, told.leftOut().getFirst().address());
    assertEquals(RegisterTable.HOLDING, told.leftOut().getFirst().table());
    assertEquals(300, told.leftOut().getFirst().reason().length());
    assertEquals(1000, told.leftOut().getFirst().askedAgainInMillis());
  }

  @Test
  void aScaleFactorThatIsNotGivenWithItsValueIsTold() {
    RegisterMap map =
        new RegisterMap(
            "test",
            List.of(
                RegisterSpec.of("power", Fixtures.holding(42))
                    .withScaling(Scaling.ONE.withScaleRegister("power_sf"))
                    .inGroup(Fixtures.GROUP),
                RegisterSpec.of("power_sf", WireSource.holding(43, WireType.S16))
                    .inGroup(Fixtures.GROUP)),
            List.of(PollGroup.every(Fixtures.GROUP, SECOND)),
            ReadLimits.MODBUS);
    Unit unit = new Unit(new Device("meter", "bms", 1, map), SECOND, SECOND, Duration.ZERO, 0);
    refuse(unit, request -> request.count() > 1);

    DeviceReadPlan told = new PlanReport(unit, polls(unit), 0).withoutTimes();

    assertEquals(
        List.of("43 in 1", "42 in 1", "43 in 1"),
        told.groups().getFirst().requests().stream()
            .map(request -> request.address() + " in " + request.bracket())
            .toList());
    assertEquals(List.of(), told.leftOut());
    assertTrue(told.limits().doubtedInMillis() > 0, told.toString());
  }
}
