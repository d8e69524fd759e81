package dev.voltbus.acquisition;

import static dev.voltbus.acquisition.TestingAcquisition.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.acquisition.TestingDevice.Fate;
import dev.voltbus.contract.Address;
import dev.voltbus.contract.ControlState;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.KeepAlive;
import dev.voltbus.contract.Limits;
import dev.voltbus.contract.LinkStatus;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.Shard;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WriteRequest;
import dev.voltbus.contract.WriteRequest.Deadline;
import dev.voltbus.contract.WriteRequest.Revert;
import dev.voltbus.contract.WriteResult;
import dev.voltbus.contract.WriteResult.Outcome;
import dev.voltbus.contract.Writing;
import io.vertx.core.Future;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Writing beside polling, over the life of a lease and beyond.
class WriteSessionTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Shard SHARD = new Shard(Shard.Kind.LINK, "test", "bms");

  private final TestingLeases leases = new TestingLeases();
  private final TestingAcquisition acquisition =
      new TestingAcquisition(TimeSource.system(), leases);
  private final TestingDevice device = acquisition.world(new TestingDevice());

  @AfterEach
  void close() {
    acquisition.close();
  }

  private static Device inverter(Writing writing, KeepAlive... keepAlive) {
    return Fixtures.writable(
        "inverter", 1, writing, List.of(keepAlive), Fixtures.holding(4), Fixtures.holding(5));
  }

  private static Device polled(Device device, Duration period) {
    return new Device(
        device.name(),
        device.link(),
        device.unit(),
        device.map().withGroups(List.of(PollGroup.every(Fixtures.GROUP, period))));
  }

  private void deploy(Device... devices) {
    acquisition.deploy(Fixtures.site(device.url(), devices));
    await(leases.grant(SHARD));
  }

  private static WriteRequest request(String id, double value, @Nullable Revert revert) {
    return request(id, "register_0", value, Deadline.in(10_000), revert);
  }

  private static WriteRequest request(
      String id, String key, double value, Deadline deadline, @Nullable Revert revert) {
    return new WriteRequest(id, "test", "inverter", key, value, deadline, 5, "a test", revert);
  }

  private Future<WriteResult> ask(WriteRequest request) {
    return acquisition.bus().request(RequestAddress.writes("test", "bms"), request, LIMIT);
  }

  private Outcome write(String id, double value) {
    return await(ask(request(id, value, null))).outcome();
  }

  private List<TestingDevice.Request> writesTo(int address) {
    return device.log().stream()
        .filter(request -> request.isWrite() && request.address() == address)
        .toList();
  }

  private List<Integer> wordsTo(int address) {
    return writesTo(address).stream().map(request -> request.words().getFirst()).toList();
  }

  // ---- beside polls

  // A limit that waits behind a queue of reads comes too late for a cell that is full.
  @Test
  void aWriteIsAtMostOneRequestAwayFromTheWireWithAHundredPollsASecond() {
    device.answerAfter(3);
    Device other = Fixtures.device("meter", 2, Duration.ofMillis(10), Fixtures.holding(60));
    deploy(polled(inverter(Writing.USUAL), Duration.ofMillis(10)), other);
    acquisition.until("polls run", () -> device.log().size() > 50);
    for (int i = 1; i <= 50; i++) {
      Future<WriteResult> result = ask(request("w-" + i, i, null));
      long asked = System.nanoTime();
      assertEquals(Outcome.VERIFIED, await(result).outcome());
      assertEquals(i, writesTo(4).size());
      long written = writesTo(4).getLast().nanos();
      List<TestingDevice.Request> between =
          device.log().stream()
              .filter(request -> request.nanos() > asked && request.nanos() < written)
              .toList();
      assertTrue(between.size() <= 1, () -> "before the write: " + between);
    }
    // How many is the machine's affair; LinkScheduleTest shows that each unit gets its turn.
    assertTrue(meterPollsBetweenWrites() > 0, "the writes kept the polls out");
  }

  private long meterPollsBetweenWrites() {
    long first = writesTo(4).getFirst().nanos();
    long last = writesTo(4).getLast().nanos();
    return device.log().stream()
        .filter(request -> request.unit() == 2)
        .filter(request -> request.nanos() > first && request.nanos() < last)
        .count();
  }

  // A page that shows the old value after "verified" makes people write again.
  @Test
  void theNewValueIsPolledAtOnceAfterAWrite() {
    device.set(4, 1000);
    deploy(polled(inverter(Writing.USUAL), Duration.ofHours(1)));
    assertEquals(1000, acquisition.nextPoll().blocks().getFirst().word(4));
    assertEquals(Outcome.VERIFIED, write("w-1", 7));
    assertEquals(7, acquisition.nextPoll().blocks().getFirst().word(4));
  }

  // Its first words were read before the write, its last ones after.
  @Test
  void aPollThatBeganBeforeAWriteDoesNotBringTheOldValueBack() {
    device.set(4, 1000);
    WireSource[] apart = {Fixtures.holding(4), Fixtures.holding(500), Fixtures.holding(900)};
    device.answerAfter(100);
    deploy(polled(Fixtures.writable("inverter", 1, Writing.USUAL, apart), Duration.ofHours(1)));
    acquisition.until("second request out", () -> device.log().size() == 2);
    Future<WriteResult> asked = ask(request("w-1", 7, null));
    device.answerAfter(0);
    assertEquals(Outcome.VERIFIED, await(asked).outcome());
    assertEquals(7, acquisition.nextPoll().blocks().getFirst().word(4));
    assertEquals(List.of("3@4", "3@500", "6@4 [7]", "3@4", "3@900"), briefs().subList(0, 5));
  }

  private List<String> briefs() {
    return device.log().stream().map(TestingDevice.Request::brief).toList();
  }

  // ---- reading back

  // A serial line needs as long for a request of two words as for one of one.
  @Test
  void neighboursThatAreWrittenOneBehindTheOtherAreReadBackTogether() {
    device.answerAfter(20);
    deploy(polled(inverter(Writing.USUAL), Duration.ofHours(1)));
    assertEquals(List.of(Outcome.VERIFIED, Outcome.VERIFIED), writeBoth(7, 8));
    // Polls, too, read both by one request.
    assertEquals(Set.of(2), Set.copyOf(wordsReadBehindTheWrites()));
  }

  @Test
  void aDeviceThatDoesNotGiveNeighboursTogetherIsAskedForEach() {
    device.answerAfter(20);
    device.readAtMost(1);
    deploy(polled(inverter(Writing.USUAL), Duration.ofHours(1)));
    assertEquals(List.of(Outcome.VERIFIED, Outcome.VERIFIED), writeBoth(7, 8));
    assertEquals(List.of(2, 1, 1), wordsReadBehindTheWrites().subList(0, 3));
    assertEquals(List.of(Outcome.VERIFIED, Outcome.VERIFIED), writeBoth(9, 10));
    assertEquals(List.of(1, 1), wordsReadBehindTheWrites().subList(0, 2));
  }

  @Test
  void eachOfTwoNeighboursHasItsOwnOutcome() {
    device.answerAfter(20);
    deploy(polled(inverter(Writing.USUAL), Duration.ofHours(1)));
    device.keep(5);
    assertEquals(List.of(Outcome.VERIFIED, Outcome.FAILED), writeBoth(7, 8));
  }

  @Test
  void aRegisterThatCannotBeReadTakesNothingFromItsNeighbour() {
    device.answerAfter(20);
    deploy(polled(inverter(Writing.USUAL.settlingFor(Duration.ZERO)), Duration.ofHours(1)));
    device.hide(5);
    assertEquals(List.of(Outcome.VERIFIED, Outcome.WRITTEN), writeBoth(7, 8));
  }

  // Its reading back would wait for as long as others are written.
  @Test
  void aWriteIsReadBackBeforeOthersAreWrittenThatAreNoNeighbours() {
    device.answerAfter(20);
    Device charger =
        Fixtures.writable("inverter", 1, Writing.USUAL, Fixtures.holding(4), Fixtures.holding(9));
    deploy(polled(charger, Duration.ofHours(1)));
    acquisition.until("polled", () -> !device.log().isEmpty());
    Future<WriteResult> first = ask(request("w-1", 7, null));
    List<Future<WriteResult>> others = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      others.add(ask(request("o-" + i, "register_1", i, Deadline.in(10_000), null)));
    }
    assertEquals(Outcome.VERIFIED, await(first).outcome());
    assertTrue(writesTo(9).size() < 10, "it waited for " + writesTo(9).size() + " others");
    others.forEach(each -> await(each));
  }

  private List<Outcome> writeBoth(int first, int second) {
    Future<WriteResult> one = ask(request("w-" + first, first, null));
    Future<WriteResult> other =
        ask(request("w-" + second, "register_1", second, Deadline.in(10_000), null));
    return List.of(await(one).outcome(), await(other).outcome());
  }

  /// How many words each read has asked for since the last write.
  private List<Integer> wordsReadBehindTheWrites() {
    List<TestingDevice.Request> log = device.log();
    int last = log.lastIndexOf(writesTo(5).getLast());
    return log.subList(last + 1, log.size()).stream().map(read -> read.words().getFirst()).toList();
  }

  // ---- the lease

  @Test
  void aWriteThatWaitsWhenTheLeaseRunsOutIsNotSent() {
    device.answerAfter(200);
    deploy(polled(inverter(Writing.USUAL), Duration.ofHours(1)));
    acquisition.until("poll out", () -> !device.log().isEmpty());
    Future<WriteResult> waiting = ask(request("w-1", 7, null));
    leases.expire();
    WriteResult result = await(waiting);
    assertEquals(Outcome.REFUSED, result.outcome());
    assertEquals("not sent: the lease of the link is over", result.reason());
    assertEquals(List.of(), device.writes());
  }

  @Test
  void nobodyAnswersOnceTheLinkIsGivenBack() {
    deploy(inverter(Writing.USUAL));
    assertEquals(Outcome.VERIFIED, write("w-1", 7));
    await(leases.take());
    ReplyException nobody =
        assertThrows(ReplyException.class, () -> await(ask(request("w-2", 8, null))));
    assertEquals(ReplyFailure.NO_HANDLERS, nobody.failureType());
    assertEquals(7, device.word(4));
  }

  // ---- wear

  @Test
  void theBudgetOfAFlashRegisterSurvivesARestart(@TempDir Path folder) throws Exception {
    acquisition.keepStateIn(folder);
    Device flash = inverter(Writing.USUAL.inFlash(3));
    deploy(flash);
    assertEquals(
        List.of(Outcome.VERIFIED, Outcome.VERIFIED), List.of(write("1", 1), write("2", 2)));
    assertEquals(Outcome.SUPPRESSED, write("3", 2));
    Path file = folder.resolve("wear-test-bms");
    acquisition.until("kept", () -> text(file).endsWith(" 2\n"));
    acquisition.undeploy();

    deploy(flash);
    assertEquals(Outcome.VERIFIED, write("4", 4));
    assertEquals(Outcome.REFUSED, write("5", 5));
    assertEquals(4, device.word(4));
    assertTrue(
        acquisition
            .logged()
            .contains(
                "device=inverter register_0: all 3 writes of today to this flash register are used"
                    + " up"),
        () -> acquisition.logged().toString());
    assertEquals(3, acquisition.metrics().count("voltbus_flash_writes_total", "inverter"));
  }

  private static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  // ---- the end of a write

  // The commander may be dead by then.
  @Test
  void aWriteEndsByItself() {
    deploy(inverter(Writing.USUAL));
    assertEquals(Outcome.VERIFIED, await(ask(request("w-1", 7, new Revert(300, 1000)))).outcome());
    acquisition.until("ended", () -> device.word(4) == 1000);
    List<TestingDevice.Request> writes = writesTo(4);
    assertEquals(List.of(7, 1000), wordsTo(4));
    assertTrue(writes.get(1).nanos() - writes.get(0).nanos() > 200_000_000L, writes.toString());
    acquisition.until(
        "its end is logged",
        () ->
            acquisition.logged().stream().anyMatch(line -> line.contains("w-1/revert for a test")));
  }

  @Test
  void theEndOfANewerWriteTakesThePlaceOfTheOneBefore() {
    deploy(inverter(Writing.USUAL));
    await(ask(request("w-1", 7, new Revert(500, 1000))));
    await(ask(request("w-2", 8, new Revert(1000, 2000))));
    acquisition.until("ended", () -> device.word(4) == 2000);
    assertEquals(List.of(7, 8, 2000), wordsTo(4));
  }

  @Test
  void anEndIsWrittenUntilTheDeviceHasIt() {
    deploy(inverter(Writing.USUAL.settlingFor(Duration.ofMillis(20))));
    await(ask(request("w-1", 7, new Revert(50, 1000))));
    device.fate(Fate.IGNORED);
    acquisition.until("tried twice", () -> wordsTo(4).size() >= 3);
    device.fate(Fate.DONE);
    acquisition.until("ended", () -> device.word(4) == 1000);
  }

  // The sender's knowledge of our clock is as old as the news of it took, which is no reason to end
  // a limit early. It takes more than half a second in a cluster that was just joined.
  @Test
  void anEndIsNotEarlyBecauseTheNewsOfTheClockWasSlow() {
    deploy(polled(inverter(Writing.USUAL), Duration.ofHours(1)));
    LinkStatus heard = acquisition.nextStatus();
    long sent = TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    Deadline believed = new Deadline(2_000, heard.token(), sent - 1_500 + 2_000);
    long begun = System.nanoTime();
    await(ask(request("w-1", "register_0", 7, believed, new Revert(1_800, 1000))));
    acquisition.until("ended", () -> device.word(4) == 1000);
    long lasted = writesTo(4).getLast().nanos() - begun;
    assertTrue(lasted >= 1_800_000_000L, lasted + " ns");
  }

  // The first word of a new owner may come late, with a clock as old as that.
  @Test
  void theClockIsToldAgainSoonAfterTheStart() {
    deploy(polled(inverter(Writing.USUAL), Duration.ofHours(1)));
    long first = acquisition.nextStatus().clockMillis();
    long second = acquisition.nextStatus().clockMillis();
    assertTrue(second - first < 3_000, (second - first) + " ms");
  }

  // ---- keep-alives and watchdogs

  private static KeepAlive value(double value, KeepAlive.When when, String... with) {
    Duration period = Duration.ofMillis(200);
    return new KeepAlive("register_1", KeepAlive.Kind.VALUE, value, period, when, List.of(with));
  }

  @Test
  void aKeepAliveIsWrittenAtHalfItsPeriodAndReadBack() {
    deploy(inverter(Writing.USUAL, value(9, KeepAlive.When.ALWAYS)));
    acquisition.until("ten beats", () -> writesTo(5).size() >= 10);
    List<TestingDevice.Request> beats = writesTo(5);
    assertEquals(List.of(9), wordsTo(5).stream().distinct().toList());
    long typical =
        IntStream.range(1, 10)
            .mapToLong(i -> beats.get(i).nanos() - beats.get(i - 1).nanos())
            .sorted()
            .toArray()[4];
    assertTrue(typical > 50_000_000L && typical < 199_000_000L, typical + " ns");
    acquisition.until(
        "counted", () -> acquisition.metrics().count("voltbus_keep_alives_total", "verified") > 5);

    await(leases.take());
    int beaten = writesTo(5).size();
    await(leases.grant(SHARD));
    acquisition.until("goes on with the lease", () -> writesTo(5).size() > beaten);
  }

  // A device whose battery is not heard as a whole must fall back by itself.
  @Test
  void aKeepAliveRestsWhileTheControlDoesNotHearItsDevices() {
    deploy(inverter(Writing.USUAL, value(9, KeepAlive.When.ALWAYS)));
    acquisition.until("begins", () -> writesTo(5).size() >= 2);
    acquisition.bus().publish(Address.control("test"), control(3, false));
    acquisition.until("no write for two periods", this::isResting);
    acquisition.bus().publish(Address.control("test"), control(2, true));
    acquisition.until("an older state changes nothing", this::isResting);
    int before = writesTo(5).size();
    acquisition.bus().publish(Address.control("test"), control(4, true));
    acquisition.until("goes on", () -> writesTo(5).size() > before);
  }

  private static ControlState control(long revision, boolean isInContact) {
    return new ControlState(
        7,
        revision,
        ControlState.Mode.RUNNING,
        0,
        List.of(
            new ControlState.Battery(
                "pack",
                ControlState.Mode.RUNNING,
                false,
                false,
                Limits.NONE,
                Limits.NONE,
                0,
                0,
                true,
                isInContact,
                List.of("pack", "inverter"))));
  }

  private boolean isResting() {
    List<TestingDevice.Request> beats = writesTo(5);
    return System.nanoTime() - beats.getLast().nanos() > 400_000_000L;
  }

  @Test
  void aKeepAliveRunsFromTheWriteThatNeedsItToItsEnd() {
    deploy(inverter(Writing.USUAL, value(9, KeepAlive.When.AFTER_WRITE, "register_0")));
    acquisition.nextPoll();
    assertEquals(List.of(), writesTo(5));
    await(ask(request("w-1", 7, new Revert(1000, 1000))));
    acquisition.until("three beats", () -> writesTo(5).size() >= 3);
    acquisition.until("ended", () -> device.word(4) == 1000);
    long end = writesTo(4).getLast().nanos();
    acquisition.nextPolls(2, "inverter");
    assertTrue(writesTo(5).getLast().nanos() < end, "beats after the end");
  }

  @Test
  void aKeepAliveStopsWhenItsRegisterIsWrittenWithAnotherValue() {
    deploy(inverter(Writing.USUAL, value(9, KeepAlive.When.AFTER_WRITE, "register_0")));
    assertEquals(Outcome.VERIFIED, write("w-1", 7));
    acquisition.until("two beats", () -> writesTo(5).size() >= 2);
    await(ask(request("w-2", "register_1", 0, Deadline.in(10_000), null)));
    int beaten = writesTo(5).size();
    acquisition.nextPolls(2, "inverter");
    assertEquals(beaten, writesTo(5).size());
    assertEquals(0, device.word(5));
  }

  @Test
  void aWatchdogCountsAndAToggleToggles() {
    KeepAlive counter =
        new KeepAlive(
            "register_0",
            KeepAlive.Kind.COUNTER,
            null,
            Duration.ofMillis(100),
            KeepAlive.When.ALWAYS,
            List.of());
    KeepAlive toggle =
        new KeepAlive(
            "register_1",
            KeepAlive.Kind.TOGGLE,
            null,
            Duration.ofMillis(100),
            KeepAlive.When.ALWAYS,
            List.of());
    deploy(inverter(Writing.USUAL, counter, toggle));
    acquisition.until("five beats", () -> Math.min(writesTo(4).size(), writesTo(5).size()) >= 5);
    assertEquals(List.of(0, 1, 2, 3, 4), wordsTo(4).subList(0, 5));
    assertEquals(List.of(1, 0, 1, 0, 1), wordsTo(5).subList(0, 5));
  }

  // With a time-out for each beat a dead inverter would take half of the link from the others.
  @Test
  void aSilentDeviceGetsNoKeepAlivesUntilItIsHeardAgain() {
    Device inverter =
        polled(inverter(Writing.USUAL, value(9, KeepAlive.When.ALWAYS)), Duration.ofMillis(100));
    Device meter = Fixtures.device("meter", 2, Duration.ofMillis(20), Fixtures.holding(60));
    acquisition.deploy(
        Fixtures.withRequestTimeout(
            Fixtures.site(device.url(), inverter, meter), Duration.ofMillis(200)));
    await(leases.grant(SHARD));
    acquisition.until("beats", () -> writesTo(5).size() >= 2);
    device.mute(1);
    acquisition.until("silent", () -> isDown("device inverter"));
    int before = writesTo(5).size();
    acquisition.nextPolls(50, "meter");
    assertTrue(writesTo(5).size() - before <= 1, before + " then " + writesTo(5).size());
    device.mute(-1);
    int after = writesTo(5).size();
    acquisition.until("beats again", () -> writesTo(5).size() > after + 1);
  }

  private boolean isDown(String part) {
    return !"up".equals(acquisition.health().parts().get(part));
  }

  // An unattended inverter falls back to its own idea of safety; somebody should know.
  @Test
  void aKeepAliveThatFailsIsSaidOnceAndAgainWhenItWorks() {
    device.refuse(6, 4);
    deploy(inverter(Writing.USUAL, value(9, KeepAlive.When.ALWAYS)));
    acquisition.until("some beats", () -> writesTo(5).size() >= 4);
    device.refuse(6, 0);
    acquisition.until("works", () -> device.word(5) == 9);
    acquisition.until("said", () -> said("works again") == 1);
    assertEquals(1, said("fails"), () -> acquisition.logged().toString());
  }

  private long said(String what) {
    return acquisition.logged().stream()
        .filter(line -> line.startsWith("device=inverter keep-alive register_1 " + what))
        .count();
  }
}
