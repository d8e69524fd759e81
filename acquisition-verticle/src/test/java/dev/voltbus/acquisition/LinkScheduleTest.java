package dev.voltbus.acquisition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.ReadLimits;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.UnitOptions;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The schedule in virtual time: hours in a moment.
class LinkScheduleTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);

  private static Device device(String name, long periodMillis, int blocks) {
    return Fixtures.device(
        name,
        1,
        Duration.ofMillis(periodMillis),
        IntStream.range(0, blocks)
            .mapToObj(i -> Fixtures.holding(10 * i))
            .toArray(dev.voltbus.contract.WireSource[]::new));
  }

  private static VirtualLink nine(long periodMillis, long answerMillis) {
    VirtualLink link = new VirtualLink(SECOND);
    for (int i = 1; i <= 9; i++) {
      link.with(device("good-" + i, periodMillis, 1), at -> VirtualLink.Answer.after(answerMillis));
    }
    return link;
  }

  private static void assertRate(VirtualLink link, long periodMillis, Duration length) {
    for (int i = 1; i <= 9; i++) {
      int polls = link.polls("good-" + i);
      long wanted = length.toMillis() / periodMillis;
      assertTrue(polls >= 0.95 * wanted, "good-" + i + ": " + polls + " of " + wanted + " polls");
    }
  }

  // Pains A4: an absent unit must not freeze the others on its bus.
  @ParameterizedTest(name = "period {0} ms, answers after {1} ms")
  @CsvSource({"1000, 5", "1000, 60", "500, 20", "200, 5", "100, 2", "100, 8", "50, 2"})
  void aDeadUnitCostsItsNeighboursLessThanFivePercent(long periodMillis, long answerMillis) {
    VirtualLink link =
        nine(periodMillis, answerMillis)
            .with(device("dead", periodMillis, 4), at -> VirtualLink.Answer.silence())
            .run(FIVE_MINUTES);

    assertRate(link, periodMillis, FIVE_MINUTES);
    assertEquals(0, link.polls("dead"));
    assertTrue(link.sent("dead").size() > 10, "it is still asked: " + link.sent("dead").size());
  }

  @ParameterizedTest(name = "period {0} ms, answers after {1} ms")
  @CsvSource({"1000, 5", "500, 20", "200, 5", "100, 2", "100, 8"})
  void aUnitThatDiesCostsItsNeighboursLessThanFivePercent(long periodMillis, long answerMillis) {
    VirtualLink link =
        nine(periodMillis, answerMillis)
            .with(
                device("dying", periodMillis, 4),
                at -> at < 60_000 ? VirtualLink.Answer.after(3) : VirtualLink.Answer.silence())
            .run(FIVE_MINUTES);

    assertRate(link, periodMillis, FIVE_MINUTES);
  }

  @ParameterizedTest(name = "answers after {0} ms")
  @ValueSource(longs = {60, 200, 400, 900})
  void aSlowUnitCostsItsNeighboursLessThanFivePercent(long slowMillis) {
    VirtualLink link =
        nine(100, 2)
            .with(device("slow", 100, 4), at -> VirtualLink.Answer.after(slowMillis))
            .run(FIVE_MINUTES);

    assertRate(link, 100, FIVE_MINUTES);
    assertTrue(link.polls("slow") > 0, "the slow unit is read too");
  }

  // A bus on which all units are slow has no culprit: they share what there is.
  @Test
  void unitsThatAreAllSlowShareTheLinkEvenly() {
    VirtualLink link = new VirtualLink(SECOND);
    for (int i = 1; i <= 4; i++) {
      link.with(device("unit-" + i, 100, 1), at -> VirtualLink.Answer.after(80));
    }
    link.run(Duration.ofMinutes(1));

    for (int i = 1; i <= 4; i++) {
      int polls = link.polls("unit-" + i);
      assertTrue(polls > 160 && polls < 210, "unit-" + i + ": " + polls + " polls");
    }
  }

  // A value must not be lost longer than two cycles after the fault has gone.
  @ParameterizedTest(name = "period {0} ms, silent for {1} s")
  @CsvSource({"1000, 5", "1000, 120", "500, 30", "200, 10"})
  void aUnitThatComesBackIsReadWithinTwoCycles(long periodMillis, long silentSeconds) {
    long until = 10_000 + silentSeconds * 1000;
    VirtualLink link =
        nine(periodMillis, 3)
            .with(
                device("unit", periodMillis, 1),
                at ->
                    at < 10_000 || at >= until
                        ? VirtualLink.Answer.after(3)
                        : VirtualLink.Answer.silence())
            .run(Duration.ofMillis(until + 10 * periodMillis));

    long back =
        link.sent("unit").stream()
            .filter(request -> request.atMillis() >= until && request.answered())
            .mapToLong(VirtualLink.Sent::atMillis)
            .findFirst()
            .orElseThrow();
    assertTrue(back - until <= 2 * periodMillis, back - until + " ms after it came back");
  }

  @Test
  void pausesBetweenProbesGrowAndEndAtTwoPeriods() {
    VirtualLink link =
        nine(1000, 3)
            .with(device("dead", 1000, 1), at -> VirtualLink.Answer.silence())
            .run(Duration.ofMinutes(1));

    List<VirtualLink.Sent> probes = link.sent("dead");
    long first = probes.get(1).atMillis() - probes.get(0).atMillis();
    long last = probes.getLast().atMillis() - probes.get(probes.size() - 2).atMillis();
    assertTrue(first < last, probes.subList(0, 8).toString());
    assertTrue(last <= 2600, "pause of " + last + " ms");
  }

  // Its neighbours' period is 100 ms: to wait a second for it would cost each of them nine polls.
  @Test
  void aSuspectIsProbedWithAShortTimeLimit() {
    VirtualLink link =
        nine(100, 3)
            .with(device("dead", 100, 1), at -> VirtualLink.Answer.silence())
            .run(Duration.ofSeconds(20));

    link.sent("dead").stream()
        .skip(1)
        .forEach(probe -> assertTrue(probe.timeout().toMillis() <= 50, probe.toString()));
  }

  // A device that needs longer than the short limit must be found all the same.
  @Test
  void aSlowUnitIsFoundByAProbeOfFullLength() {
    VirtualLink link =
        nine(100, 3)
            .with(device("slow", 100, 1), at -> VirtualLink.Answer.after(600))
            .run(Duration.ofMinutes(2));

    assertTrue(link.polls("slow") > 0, "never heard of");
  }

  @Test
  void aUnitAloneOnItsLinkIsAskedWithTheFullTimeLimit() {
    VirtualLink link =
        new VirtualLink(SECOND)
            .with(device("alone", 100, 1), at -> VirtualLink.Answer.silence())
            .run(Duration.ofSeconds(20));

    link.sent("alone").forEach(probe -> assertEquals(SECOND, probe.timeout()));
    assertTrue(link.sent("alone").size() >= 15, link.sent("alone").size() + " probes");
  }

  // Deadline order: the slow group's five blocks must not hold up the quick one.
  @Test
  void aLongPollDoesNotHoldUpAShortOne() {
    VirtualLink link =
        new VirtualLink(SECOND)
            .with(device("long", 2000, 20), at -> VirtualLink.Answer.after(30))
            .with(device("short", 100, 1), at -> VirtualLink.Answer.after(10))
            .run(Duration.ofMinutes(1));

    assertTrue(link.polls("short") >= 570, link.polls("short") + " of 600 polls");
    assertTrue(link.polls("long") >= 28, link.polls("long") + " of 30 polls");
  }

  @Test
  void theEarliestDeadlineGoesFirst() {
    RegisterMap map =
        new RegisterMap(
            "test",
            List.of(
                RegisterSpec.of("slow", Fixtures.holding(1)).inGroup("slow"),
                RegisterSpec.of("fast", Fixtures.holding(9)).inGroup("fast")),
            List.of(
                PollGroup.every("slow", Duration.ofSeconds(9)), PollGroup.every("fast", SECOND)),
            ReadLimits.MODBUS);
    Device device = new Device("d", "bms", 1, map);
    Unit unit = new Unit(device, SECOND, Duration.ofDays(1), Duration.ZERO, 0);
    List<GroupPolls> polls =
        map.groups().stream().map(group -> new GroupPolls(group, unit)).toList();
    LinkSchedule schedule =
        new LinkSchedule(List.of(unit), polls, (who, count) -> {}, new java.util.Random(1));
    schedule.beginAt(0);

    LinkSchedule.Next.Ask first = (LinkSchedule.Next.Ask) schedule.next(0);

    assertEquals("fast", first.poll().group().name());
  }

  // A poll that fails without the wire and is recalled at once, over and over, would flood the bus
  // and hold up every other link of the process.
  @Test
  void aSilentUnitOfALinkThatIsDownIsTriedOnceAfterThePauseAndFailsNoPollTwice() {
    Unit unit = new Unit(device("silent", 1000, 1), SECOND, SECOND, Duration.ZERO, 0);
    GroupPolls polls = new GroupPolls(unit.device().map().groups().getFirst(), unit);
    LinkSchedule schedule =
        new LinkSchedule(
            List.of(unit), List.of(polls), (who, count) -> {}, new java.util.Random(1));
    schedule.beginAt(0);
    LinkSchedule.Next.Ask first = (LinkSchedule.Next.Ask) schedule.next(0);
    long silent = SECOND.toNanos() / 2;
    schedule.took(first, new Outcome.Silent("no answer"), new Timing(0, silent, true));
    assertTrue(unit.standing().isHeldBack(silent + 1), "it waits for its next probe");

    schedule.down("refused", silent + 1);

    LinkSchedule.Next next = schedule.next(silent + 1);
    assertTrue(next instanceof LinkSchedule.Next.Ask, () -> "an attempt to connect, not " + next);
  }

  // Whatever units and connection do, no moment may bring more failures than there are polls.
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void noPollFailsTwiceInOneMoment(long seed) {
    java.util.Random random = new java.util.Random(seed);
    List<Unit> units =
        IntStream.range(0, 3)
            .mapToObj(
                i -> new Unit(device("unit-" + i, 100 << i, 2), SECOND, SECOND, Duration.ZERO, 0))
            .toList();
    List<GroupPolls> polls =
        units.stream()
            .map(unit -> new GroupPolls(unit.device().map().groups().getFirst(), unit))
            .toList();
    LinkSchedule schedule = new LinkSchedule(units, polls, (who, count) -> {}, random);
    schedule.beginAt(0);
    long now = 0;
    int failures = 0;
    for (int step = 0; step < 20_000; step++) {
      switch (schedule.next(now)) {
        case LinkSchedule.Next.Ask ask -> {
          long end = now + Duration.ofMillis(1 + random.nextInt(200)).toNanos();
          Outcome outcome = anyOutcome(random);
          if (outcome instanceof Outcome.Unconnected) {
            schedule.down("refused", end + Duration.ofMillis(random.nextInt(400)).toNanos());
          } else if (random.nextInt(3) == 0) {
            schedule.up(end);
          }
          var _ = schedule.took(ask, outcome, new Timing(now, end, true));
          now = end;
          failures = 0;
        }
        case LinkSchedule.Next.Fail fail -> {
          var _ = schedule.fail(fail);
          failures++;
          assertTrue(failures <= 2 * polls.size(), "failures in one moment: " + failures);
        }
        case LinkSchedule.Next.Idle(long until) -> {
          assertTrue(until > now, "idle until " + (until - now) + " ns from now");
          now = Math.min(until, now + SECOND.toNanos());
          failures = 0;
        }
      }
    }
  }

  private static Outcome anyOutcome(java.util.Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> new Outcome.Silent("no answer");
      case 1 -> new Outcome.Unconnected("refused");
      case 2 -> new Outcome.Busy("busy");
      default -> new Outcome.Refused(6, "refused");
    };
  }

  // Pains A13: a device with a request minimum is not asked sooner, and its neighbours use the
  // time.
  @Test
  void theGapOfAUnitIsUsedByItsNeighbours() {
    UnitOptions options = withGap(Duration.ofMillis(300));
    VirtualLink link =
        new VirtualLink(SECOND)
            .with(
                device("growatt", 2000, 5).withOptions(options), at -> VirtualLink.Answer.after(5))
            .with(device("meter", 100, 1), at -> VirtualLink.Answer.after(5))
            .run(Duration.ofMinutes(1));

    List<VirtualLink.Sent> asked = link.sent("growatt");
    for (int i = 1; i < asked.size(); i++) {
      long gap = asked.get(i).atMillis() - asked.get(i - 1).atMillis();
      assertTrue(gap >= 300, gap + " ms between two requests");
    }
    assertTrue(link.polls("growatt") >= 28, link.polls("growatt") + " of 30");
    assertTrue(link.polls("meter") >= 590, link.polls("meter") + " of 600");
  }

  private static UnitOptions withGap(Duration gap) {
    UnitOptions usual = UnitOptions.DEFAULT;
    return new UnitOptions(
        usual.timeout(),
        usual.retries(),
        gap,
        usual.largestBlock(),
        usual.closeAfterCycle(),
        usual.oneRegister(),
        usual.wakeUp(),
        usual.wakeAfterIdle(),
        usual.busTimePercent(),
        usual.lostAfter(),
        usual.lostAfterCycles());
  }

  // One lost frame on a noisy line is no reason to miss a cycle.
  @Test
  void aReadThatWasNotAnsweredIsTriedAgainInItsCycle() {
    int[] asked = {0};
    VirtualLink link =
        new VirtualLink(Duration.ofMillis(100))
            .with(
                device("noisy", 1000, 1),
                at ->
                    ++asked[0] % 5 == 0
                        ? VirtualLink.Answer.silence()
                        : VirtualLink.Answer.after(5))
            .run(Duration.ofMinutes(1));

    assertEquals(0, link.failures("noisy"));
    assertEquals(60, link.polls("noisy"));
  }

  // Busy is not silence: the unit is slowed down and never counts as lost.
  @Test
  void aBusyUnitIsAskedLessOftenAndSlowlyMoreAgain() {
    VirtualLink link =
        new VirtualLink(SECOND)
            .with(
                device("busy", 100, 2),
                at ->
                    at < 20_000 && at % 3 == 0
                        ? VirtualLink.Answer.of(5, new Outcome.Busy("exception 6"))
                        : VirtualLink.Answer.after(5));
    link.run(Duration.ofSeconds(60));

    long early = link.sent("busy").stream().filter(request -> request.atMillis() < 20_000).count();
    assertTrue(early < 300, early + " requests in 20 s while it is busy, 400 at full rate");
    assertTrue(link.unit("busy").pace().isFull(), "back at " + link.unit("busy").pace());
    assertEquals(Standing.Phase.ANSWERING, link.unit("busy").standing().phase());
  }
}
