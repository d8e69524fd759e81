package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.TimeSource;
import dev.voltbus.outbox.OutboxOptions;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The spool over a real outbox; the test plays the broker connection.
class SpoolTest {
  private static final Topic TOPIC = new Topic("a/b", 1, false, true);

  private final Vertx vertx = Vertx.vertx();

  /// The event loop of the spool; all calls of it are made there.
  private final Context loop = vertx.getOrCreateContext();

  private final RecordingMetrics metrics = new RecordingMetrics();
  private final SpoolWatch watch =
      new SpoolWatch(TimeSource.system(), metrics, Fixtures.samples(Fixtures.broker(1)));
  private final List<Long> delivered = new CopyOnWriteArrayList<>();
  @TempDir private Path folder;

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  private Spool open(BiFunction<Topic, Buffer, Future<Void>> sender) {
    Promise<Spool> opened = Promise.promise();
    loop.runOnContext(on ->
        Spool.open(
                vertx,
                TimeSource.system(),
                watch,
                OutboxOptions.of(folder.resolve("outbox")),
                sender,
                delivered::add)
            .onComplete(opened));
    return Await.result(opened.future());
  }

  private void onLoop(Runnable call) {
    Promise<Void> done = Promise.promise();
    loop.runOnContext(on -> {
      call.run();
      done.complete();
    });
    Await.result(done.future());
  }

  private void offer(Spool spool, Buffer payload) {
    onLoop(() -> spool.offer(TOPIC, payload));
  }

  private double waiting() {
    return metrics.gauge("voltbus_mqtt_outbox_records");
  }

  // A lease that is not valid, or a full window: each sample that comes must not ask again.
  @Test
  void aSenderThatRefusesIsAskedInPausesHoweverManySamplesCome() {
    AtomicInteger asked = new AtomicInteger();
    Spool spool =
        open((topic, payload) -> {
          asked.incrementAndGet();
          return Future.failedFuture("not now");
        });
    onLoop(spool::online);
    long begin = System.nanoTime();
    for (int i = 0; i < 500; i++) {
      offer(spool, Buffer.buffer("sample " + i));
      int stored = i + 1;
      Await.until(() -> waiting() == stored);
    }
    long pauses = (System.nanoTime() - begin) / 200_000_000 + 1;
    assertTrue(asked.get() <= pauses + 1, asked + " times in " + pauses + " pauses");
  }

  // What the broker has not acknowledged when the connection breaks goes first on the next one.
  @Test
  void whatWasUnderwayIsSentAgainOnTheNextConnectionAndForgottenOnlyThen() {
    List<String> sent = new CopyOnWriteArrayList<>();
    Promise<Void> never = Promise.promise();
    AtomicInteger connections = new AtomicInteger();
    Spool spool =
        open((topic, payload) -> {
          sent.add(topic.name() + " " + payload);
          return connections.get() == 0 ? never.future() : Future.succeededFuture();
        });
    onLoop(spool::online);
    IntStream.range(0, 3).forEach(i -> offer(spool, Buffer.buffer("" + i)));
    Await.until(() -> sent.size() == 3);
    onLoop(spool::offline);
    connections.incrementAndGet();
    onLoop(spool::online);
    Await.until(() -> waiting() == 0);
    assertEquals(List.of("a/b 0", "a/b 1", "a/b 2", "a/b 0", "a/b 1", "a/b 2"), sent);
    assertEquals(List.of(1L, 2L, 3L), delivered);
  }

  // Whoever gives a publication away waits for it.
  @Test
  void itTellsWhenNothingWaitsAnyMore() {
    Promise<Void> acknowledged = Promise.promise();
    Spool spool = open((topic, payload) -> acknowledged.future());
    onLoop(spool::online);
    offer(spool, Buffer.buffer("one"));
    Promise<Void> emptied = Promise.promise();
    onLoop(() -> spool.emptied().onComplete(emptied));
    Await.until(() -> waiting() == 1);
    assertFalse(emptied.future().isComplete());
    acknowledged.complete();
    Await.result(emptied.future());
  }

  // One too large for the outbox is lost by itself; it must not hold up the others.
  @Test
  void aSampleThatIsTooLargeIsCountedAndThoseBehindItGoOn() {
    List<String> sent = new CopyOnWriteArrayList<>();
    Spool spool =
        open((topic, payload) -> {
          sent.add(payload.toString());
          return Future.succeededFuture();
        });
    onLoop(spool::online);
    offer(spool, Buffer.buffer(new byte[5 * 1024 * 1024]));
    offer(spool, Buffer.buffer("small"));
    Await.until(() -> sent.equals(List.of("small")));
    assertEquals(1, metrics.count("voltbus_mqtt_outbox_lost_total"));
  }

  // As one that was stored before max-payload was lowered: it would be tried for ever.
  @Test
  void aSampleThatTheBrokerMayNotBeSentIsGivenUpAndThoseBehindItGoOn() {
    List<String> sent = new CopyOnWriteArrayList<>();
    Spool spool =
        open((topic, payload) -> {
          if (payload.length() > 5) {
            return Future.failedFuture(new OversizedFailure(topic, payload.length(), 5));
          }
          sent.add(payload.toString());
          return vertx.timer(1, TimeUnit.MILLISECONDS).mapEmpty(); // as an acknowledgement comes
        });
    onLoop(spool::online);
    List.of("one", "too large", "two").forEach(text -> offer(spool, Buffer.buffer(text)));
    Await.until(() -> sent.equals(List.of("one", "two")));
    Await.until(() -> waiting() == 0);
    assertEquals(1, metrics.count("voltbus_mqtt_outbox_lost_total"));
  }

  // Metrics are registered once; a lease that comes back opens another outbox.
  @Test
  void theFiguresAreThoseOfTheOutboxThatIsOpenNow() {
    Spool first = open((topic, payload) -> Future.succeededFuture());
    offer(first, Buffer.buffer("kept"));
    Await.until(() -> waiting() == 1);
    Promise<Void> closed = Promise.promise();
    onLoop(() -> first.close().onComplete(closed));
    Await.result(closed.future());
    assertEquals(0, waiting());
    open((topic, payload) -> Future.succeededFuture());
    assertEquals(1, waiting());
  }
}
