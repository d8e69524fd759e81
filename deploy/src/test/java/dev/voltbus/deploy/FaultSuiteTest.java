package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Quality;
import dev.voltbus.simulator.ModbusServer.Transport;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Each fault of the simulator against acquisition and mapping. Many scenes run side by side, since
/// each takes some ten poll periods of a second: a device that works, the fault, the fault's end.
///
/// - A fault that keeps a device from answering makes its values unavailable within three periods,
///   and they are good again within two periods after the fault.
/// - A fault that a good master copes with changes nothing.
/// - Nothing that does not share the faulty thing ever loses a value, and no wrong value is shown.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultSuiteTest {
  private static final Path CASES = Path.of("src/test/resources/testcases/faults");
  private static final Duration PERIOD = Duration.ofSeconds(1);

  /// A cycle that is missed is known once its time limit of 450 ms is over.
  private static final Duration GRACE = Duration.ofMillis(750);

  private static final Duration UNAVAILABLE = PERIOD.multipliedBy(3).plus(GRACE);
  private static final Duration RECOVERY = PERIOD.multipliedBy(2).plus(GRACE);
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);
  private static final int WATCHED_CYCLES = 5;

  /// More of them at once would measure the machine.
  private static final int SCENES_AT_ONCE = 16;

  /// What suffers under a fault.
  private enum Suffers {
    NOTHING,
    DEVICE,
    LINK
  }

  private record Case(String fault, Transport transport, Suffers suffers) {
    @Override
    public String toString() {
      return fault + " on " + transport.scheme();
    }
  }

  private final Vertx vertx = Vertx.vertx();
  private final Gateway gateway = new Gateway(vertx);
  private final ExecutorService side = Executors.newFixedThreadPool(SCENES_AT_ONCE);
  @TempDir private static Path folder;

  private static Stream<Case> cases() {
    List<Case> cases = new ArrayList<>();
    List<Transport> both = List.of(Transport.TCP, Transport.RTU_OVER_TCP);
    for (Transport transport : both) {
      for (String fault :
          List.of(
              "drop",
              "drop:carried-out",
              "delay:700ms",
              "late:700ms",
              "wrong-unit",
              "wrong-function:4",
              "wrong-count:-1",
              "wrong-length:2",
              "wrong-length:-2",
              "foreign",
              "truncate:4",
              "close",
              "rst",
              "busy:100%")) {
        cases.add(new Case(fault, transport, Suffers.DEVICE));
      }
      for (int code = 1; code <= 11; code++) {
        cases.add(new Case("exception:" + code, transport, Suffers.DEVICE));
      }
      // Bytes that dribble hold up whatever comes after them on the same line.
      for (String fault : List.of("half-open", "reboot:4s", "dribble:60ms")) {
        cases.add(new Case(fault, transport, Suffers.LINK));
      }
      for (String fault :
          List.of(
              "delay:100ms",
              "dribble:2ms",
              "foreign:first",
              "gap-reads",
              "split-values",
              "min-gap:20ms",
              "busy:30%",
              "every:4:drop",
              "every:4:late:600ms",
              "every:4:close",
              "single-connection")) {
        cases.add(new Case(fault, transport, Suffers.NOTHING));
      }
    }
    cases.add(new Case("wrong-transaction", Transport.TCP, Suffers.DEVICE));
    cases.add(new Case("wrong-crc", Transport.RTU_OVER_TCP, Suffers.DEVICE));
    cases.add(new Case("every:4:wrong-crc", Transport.RTU_OVER_TCP, Suffers.NOTHING));
    return cases.stream();
  }

  @BeforeAll
  void writeConfiguration() throws Exception {
    ConfigFolder.copy(Path.of("config/schema"), folder.resolve("schema"));
    ConfigFolder.copy(CASES, folder);
  }

  @AfterAll
  void close() {
    side.close();
    vertx.close().await();
  }

  @TestFactory
  Stream<DynamicTest> nothingButTheFaultyThingSuffersAndItRecovers() {
    List<Case> cases = cases().toList();
    List<Future<Void>> running = new ArrayList<>();
    for (int i = 0; i < cases.size(); i++) {
      running.add(side.submit(play(cases.get(i), "faults-" + i)));
    }
    List<DynamicTest> tests = new ArrayList<>();
    for (int i = 0; i < cases.size(); i++) {
      Future<Void> outcome = running.get(i);
      tests.add(DynamicTest.dynamicTest(cases.get(i).toString(), () -> outcomeOf(outcome)));
    }
    return tests.stream();
  }

  private static void outcomeOf(Future<Void> outcome) throws Throwable {
    try {
      outcome.get();
    } catch (ExecutionException e) {
      throw e.getCause();
    }
  }

  private Callable<Void> play(Case played, String name) {
    return () -> {
      FaultScene scene =
          new FaultScene(
              vertx, gateway.wiring(), name, played.transport(), folder, FaultScene.Cast.STEADY);
      scene.start();
      await("all good before", () -> all(scene, Quality.GOOD) && scene.polls("faulty") >= 2);
      scene.arm(played.fault());
      switch (played.suffers()) {
        case NOTHING -> staysGood(scene);
        case DEVICE, LINK -> isLostAndRecovers(played, scene);
      }
      assertEquals(List.of(), scene.wrongValues());
      return null;
    };
  }

  private static boolean all(FaultScene scene, Quality quality) {
    return Stream.of("faulty", "neighbour", "elsewhere").allMatch(d -> scene.worst(d) == quality);
  }

  private static void staysGood(FaultScene scene) {
    int before = scene.polls("faulty");
    await(
        "polls under the fault",
        () -> {
          List.of("faulty", "neighbour", "elsewhere").forEach(device -> assertGood(scene, device));
          return scene.polls("faulty") >= before + WATCHED_CYCLES;
        });
    assertTrue(scene.struck() > 0, "the fault never struck");
  }

  private static void isLostAndRecovers(Case played, FaultScene scene) {
    await("the fault strikes", () -> scene.struck() > 0);
    long struck = System.nanoTime();
    await(
        "values unavailable",
        () -> {
          assertOthersGood(played, scene);
          return scene.best("faulty") == Quality.BAD;
        });
    assertWithin("unavailable", UNAVAILABLE, struck);
    scene.disarm();
    await("the server listens", scene::isListening);
    long ended = System.nanoTime();
    await(
        "values good again",
        () -> {
          assertOthersGood(played, scene);
          return scene.worst("faulty") == Quality.GOOD;
        });
    assertWithin("good again", RECOVERY, ended);
  }

  private static void assertWithin(String what, Duration limit, long sinceNanos) {
    Duration took = Duration.ofNanos(System.nanoTime() - sinceNanos);
    assertTrue(took.compareTo(limit) <= 0, () -> what + " after " + took + ", not " + limit);
  }

  private static void assertOthersGood(Case played, FaultScene scene) {
    assertGood(scene, "elsewhere");
    if (played.suffers() != Suffers.LINK) {
      assertGood(scene, "neighbour");
    }
  }

  private static void assertGood(FaultScene scene, String device) {
    assertEquals(Quality.GOOD, scene.worst(device), () -> device + ": " + scene.reasons(device));
  }

  /// Looks every few milliseconds, so that a short loss is seen too.
  private static void await(String what, BooleanSupplier isSo) {
    long end = System.nanoTime() + PATIENCE;
    while (!isSo.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "not within 30 s: " + what);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }
}
