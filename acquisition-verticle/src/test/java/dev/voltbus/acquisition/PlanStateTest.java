package dev.voltbus.acquisition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.ReadLimits;
import dev.voltbus.contract.RegisterTable;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanStateTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Place BAD = new Place(RegisterTable.HOLDING, 11, 1);

  private static final Device DEVICE =
      new Device(
          "meter",
          "bms",
          1,
          Fixtures.map(
              SECOND,
              new ReadLimits(100, 16),
              Fixtures.holding(10),
              Fixtures.holding(11),
              Fixtures.holding(12),
              Fixtures.holding(20)));

  private static PlanState quarantined(PlanState before, long now) {
    Bisection.Bad bad = new Bisection.Bad(Item.of(BAD, "register_1"), 2, "exception 2");
    return before.learn(new Bisection.Finding.Refused(List.of(bad)), now, SECOND, 1);
  }

  private static List<String> plan(PlanState state) {
    return ReadPlan.of(DEVICE.map(), Fixtures.GROUP, state.rules()).requests().stream()
        .map(request -> request.place().text())
        .toList();
  }

  @Test
  void aQuarantinedRegisterIsLeftOutAndNotBridged() {
    PlanState state = quarantined(PlanState.of(DEVICE), 0);

    assertEquals(List.of("holding 10..20"), plan(PlanState.of(DEVICE)));
    assertEquals(List.of("holding 10", "holding 12..20"), plan(state));
    assertEquals(
        List.of("register_1 (holding 11)"),
        ReadPlan.of(DEVICE.map(), Fixtures.GROUP, state.rules()).left().stream()
            .map(Item::text)
            .toList());
  }

  @Test
  void pausesUntilItIsAskedAgainDoubleUpToTenMinutes() {
    PlanState state = PlanState.of(DEVICE);
    long[] seconds = new long[12];
    for (int i = 0; i < seconds.length; i++) {
      state = quarantined(state, 0);
      seconds[i] = state.quarantined().get(BAD).probeAtNanos() / SECOND.toNanos();
    }

    assertEquals(1, seconds[0]);
    assertEquals(2, seconds[1]);
    assertEquals(64, seconds[6]);
    assertEquals(600, seconds[11]);
  }

  @Test
  void aRegisterThatAnswersIsReleasedAndTheOthersAreAskedAtOnce() {
    Bisection.Bad other =
        new Bisection.Bad(Item.of(new Place(RegisterTable.HOLDING, 20, 1), "r"), 2, "");
    PlanState state =
        quarantined(PlanState.of(DEVICE), 0)
            .learn(new Bisection.Finding.Refused(List.of(other)), 0, SECOND, 1)
            .release(BAD, 77);

    assertFalse(state.quarantined().containsKey(BAD));
    assertEquals(77, state.quarantined().get(other.item().place()).probeAtNanos());
  }

  @Test
  void aRefusedGapHalvesWhatIsBridgedUntilItIsOff() {
    PlanState state = PlanState.of(DEVICE);
    for (int gap = 16; gap > 0; gap /= 2) {
      assertEquals(gap, state.rules().largestGap());
      state = state.learn(new Bisection.Finding.Gap(gap), 0, SECOND, 1);
    }
    assertEquals(0, state.rules().largestGap());
  }

  // Firmware changes: what was learned is tried again, at first after ten minutes, then later.
  @Test
  void learnedLimitsAreDoubtedAgain() {
    long tenMinutes = Duration.ofMinutes(10).toNanos();
    PlanState once = PlanState.of(DEVICE).learn(new Bisection.Finding.Block(40), 0, SECOND, 1);

    assertEquals(40, once.at(tenMinutes - 1, RoundTrips.NONE).rules().largestBlock());
    PlanState doubted = once.at(tenMinutes, RoundTrips.NONE);
    assertEquals(100, doubted.rules().largestBlock());
    PlanState twice = doubted.learn(new Bisection.Finding.Block(40), tenMinutes, SECOND, 1);
    assertEquals(40, twice.at(2 * tenMinutes, RoundTrips.NONE).rules().largestBlock());
    assertEquals(100, twice.at(3 * tenMinutes, RoundTrips.NONE).rules().largestBlock());
  }

  @Test
  void aSearchThatFoundNothingGoodIsRepeatedLater() {
    PlanState state = PlanState.of(DEVICE).learn(new Bisection.Finding.Everything(), 0, SECOND, 1);

    assertTrue(PlanState.of(DEVICE).maySearch(0));
    assertFalse(state.maySearch(SECOND.toNanos() - 1));
    assertTrue(state.maySearch(SECOND.toNanos()));
  }

  // A word of 9600 baud takes 2 ms, a request of its own 30 ms: gaps up to 15 words pay.
  @Test
  void theGapWorthBridgingFollowsFromMeasuredRoundTrips() {
    RoundTrips serial = RoundTrips.NONE;
    RoundTrips network = RoundTrips.NONE;
    for (int i = 0; i < 20; i++) {
      int words = 2 + 5 * (i % 10);
      serial = serial.with(words, 11_000_000 + 2_000_000L * words);
      network = network.with(words, 3_000_000 + words);
    }

    assertEquals(5, serial.worthwhileGap(16));
    assertEquals(16, network.worthwhileGap(16));
    assertEquals(16, RoundTrips.NONE.worthwhileGap(16));
    assertEquals(5, PlanState.of(DEVICE).at(0, serial).rules().largestGap());
  }
}
