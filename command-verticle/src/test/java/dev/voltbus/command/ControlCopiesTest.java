package dev.voltbus.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.command.BatteryControl.Mode;
import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.ControlCopy;
import dev.voltbus.contract.Health;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.SingleProcessLeases;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two nodes with a disk each, on one bus.
@Timeout(30)
class ControlCopiesTest {
  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = Bus.over(vertx);
  private final LinkedBlockingQueue<ControlCopy> said = new LinkedBlockingQueue<>();
  @TempDir private Path folder;

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private static SavedControl paused(long token, long revision) {
    return new SavedControl(
        token,
        revision,
        Map.of("bms-1", new SavedControl.Battery(Mode.PAUSED, Set.of(Authority.PERSON), null)));
  }

  private ControlFile disk(String name) {
    return new ControlFile(folder.resolve(name), TimeSource.system());
  }

  private ControlCopies node(ControlFile disk) throws Exception {
    return node(disk, TimeSource.system());
  }

  private ControlCopies node(ControlFile disk, TimeSource time) throws Exception {
    Wiring wiring =
        new Wiring(bus, new SingleProcessLeases(time), time, Metrics.none(), Health.none());
    ControlCopies node = new ControlCopies(vertx, wiring, "test", disk);
    await(() -> node.open().compose(open -> node.start()));
    return node;
  }

  /// Runs on the event loop, where all of it belongs.
  private <T> T await(Callable<Future<T>> step) {
    return Future.<T>future(done ->
            vertx.runOnContext(now -> {
              try {
                step.call().onComplete(done);
              } catch (Exception e) {
                done.fail(e);
              }
            }))
        .await();
  }

  private void awaitKept(long revision) throws InterruptedException {
    ControlCopy copy;
    do {
      copy = said.poll(10, TimeUnit.SECONDS);
      assertTrue(copy != null, "nobody keeps revision " + revision);
    } while (copy.kind() != ControlCopy.Kind.KEPT || copy.revision() != revision);
  }

  @Test
  void aStateIsOnTheDiskOfTheOtherNodeBeforeItCounts() throws Exception {
    ControlFile other = disk("other");
    ControlCopies owner = node(disk("owner"));
    bus.subscribe(Address.controlCopies("test"), said::add).ready().await();
    node(other);
    awaitKept(0);
    await(() -> owner.spread(paused(7, 1)));
    assertEquals(paused(7, 1), disk("other").read().orElseThrow());
  }

  @Test
  void aNodeThatComesLaterGetsTheState() throws Exception {
    ControlCopies owner = node(disk("owner"));
    await(() -> owner.spread(paused(7, 1)));
    bus.subscribe(Address.controlCopies("test"), said::add).ready().await();
    ControlFile late = disk("late");
    node(late);
    awaitKept(1);
    assertEquals(paused(7, 1), late.read().orElseThrow());
  }

  // After a partition messages still arrive.
  @Test
  void anOlderStateDoesNotReplaceANewerOne() throws Exception {
    ControlFile other = disk("other");
    ControlCopies owner = node(disk("owner"));
    bus.subscribe(Address.controlCopies("test"), said::add).ready().await();
    node(other);
    awaitKept(0);
    await(() -> owner.spread(paused(8, 2)));
    SavedControl old = paused(7, 900);
    bus.publish(
        Address.controlCopies("test"),
        new ControlCopy("cut off", ControlCopy.Kind.KEEP, 7, 900, old.toJson(), 0));
    await(() -> owner.spread(paused(8, 3)));
    assertEquals(paused(8, 3), other.read().orElseThrow());
  }

  /// A clock that somebody has set ahead.
  private record Ahead(Duration by) implements TimeSource {
    @Override
    public long wallMillis() {
      return System.currentTimeMillis() + by.toMillis();
    }

    @Override
    public long monotonicNanos() {
      return System.nanoTime();
    }
  }

  private static long end(SavedControl state) {
    return state.batteries().get("bms-1").limit().endMillis();
  }

  // The wall clocks of two nodes are never compared.
  @Test
  void aLimitEndsAtTheSameMomentByTheClockOfEachNode() throws Exception {
    Ahead ahead = new Ahead(Duration.ofSeconds(5));
    ControlFile other = new ControlFile(folder.resolve("other"), ahead);
    ControlCopies owner = node(disk("owner"));
    bus.subscribe(Address.controlCopies("test"), said::add).ready().await();
    node(other, ahead);
    awaitKept(0);
    long wall = System.currentTimeMillis();
    SavedControl.Limit limit =
        new SavedControl.Limit(
            50.0, null, new SavedControl.Command(wall, "c-1", "BE", ""), wall + 60_000);
    SavedControl state =
        new SavedControl(
            7, 1, Map.of("bms-1", new SavedControl.Battery(Mode.RUNNING, Set.of(), limit)));
    await(() -> owner.spread(state));
    long kept = end(other.newest()) - wall;
    assertTrue(kept >= 65_000 && kept < 65_500, kept + " ms");
    long told = end(await(owner::gather).getFirst()) - wall;
    assertTrue(told >= 60_000 && told < 60_500, told + " ms");
  }

  @Test
  void whoBecomesOwnerIsToldWhatOthersHave() throws Exception {
    disk("other").write(paused(9, 4));
    ControlCopies owner = node(disk("owner"));
    bus.subscribe(Address.controlCopies("test"), said::add).ready().await();
    node(disk("other"));
    awaitKept(4);
    assertEquals(List.of(paused(9, 4)), await(owner::gather));
  }

  // A disk that hangs must not keep a PAUSE from acting.
  @Test
  void aNodeThatDoesNotAnswerIsNotWaitedForForLong() throws Exception {
    ControlCopies owner = node(disk("owner"));
    bus.subscribe(Address.controlCopies("test"), said::add).ready().await();
    bus.publish(
        Address.controlCopies("test"),
        new ControlCopy("hanging", ControlCopy.Kind.KEPT, 1, 1, "", 0));
    awaitKept(1);
    long begun = System.nanoTime();
    await(() -> owner.spread(paused(7, 1)));
    long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    assertTrue(took >= 400 && took < 1_500, took + " ms");
  }
}
