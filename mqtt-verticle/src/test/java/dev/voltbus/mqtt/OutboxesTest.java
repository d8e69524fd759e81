package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.voltbus.contract.OutboxBounds;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.outbox.Outbox;
import dev.voltbus.outbox.OutboxOptions;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutboxesTest {
  private static final String SITE = "site";

  private final Vertx vertx = Vertx.vertx();
  private final RecordingMetrics metrics = new RecordingMetrics();
  @TempDir private Path state;

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  private Outbox open(String publication) {
    OutboxOptions options = OutboxOptions.of(Outboxes.folder(state, SITE, publication));
    return Await.result(Outbox.open(vertx, options, TimeSource.system(), event -> {}));
  }

  private void leave(String publication, int samples) {
    Outbox outbox = open(publication);
    for (int i = 0; i < samples; i++) {
      Await.result(outbox.append(Buffer.buffer("sample " + i)));
    }
    Await.result(outbox.close());
  }

  private double orphaned(String... used) {
    Await.result(Outboxes.watch(vertx, TimeSource.system(), metrics, state, SITE, Set.of(used)));
    return metrics.gauge("voltbus_mqtt_outbox_orphaned_records");
  }

  // A publication that was renamed leaves samples which nobody would miss until they are needed.
  @Test
  void whatWaitsForAPublicationThatIsGoneIsCountedAndKept() {
    leave("renamed", 3);
    leave("used", 2);
    leave("drained", 0);
    assertEquals(3, orphaned("used"));
    assertEquals(3, open("renamed").statistics().records());
  }

  // Another process of the same site may have it.
  @Test
  void anOutboxThatSomebodyHasOpenIsNoOrphan() {
    leave("elsewhere", 2);
    open("elsewhere");
    assertEquals(0, orphaned());
  }

  @Test
  void aSiteThatNeverStoredAnythingHasNone() {
    assertEquals(0, orphaned("any"));
  }

  @Test
  void theSmallestOutboxStillTakesSamplesOfUsualSize() {
    OutboxOptions least =
        Outboxes.options(state, new OutboxBounds(OutboxBounds.LEAST_MIB, OutboxBounds.LEAST_AGE));
    assertEquals(4L << 20, least.mostBytes());
    assertEquals(Duration.ofMinutes(1), least.longestAge());
    assertEquals(512 * 1024, least.segmentBytes());
  }
}
