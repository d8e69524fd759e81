package dev.voltbus.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.voltbus.contract.TimeSource;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Prints a figure and judges none: machines differ.
class ThroughputTest {
  private static final int RECORDS = Integer.getInteger("voltbus.outbox.records", 100_000);
  private static final int OUTSTANDING = 10_000;

  @TempDir private Path folder;

  @Test
  @Timeout(300)
  void appendsOfTwoHundredBytes() throws Exception {
    Vertx vertx = Vertx.vertx();
    Outbox outbox =
        Rig.await(Outbox.open(vertx, OutboxOptions.of(folder), TimeSource.system(), event -> {}));
    for (int round = 1; round <= 3; round++) {
      long start = System.nanoTime();
      appendAll(outbox);
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      System.out.println(
          "outbox: round %d, %d appends of 200 bytes in %d ms, %d/s, %d commits"
              .formatted(
                  round,
                  RECORDS,
                  millis,
                  RECORDS * 1000L / Math.max(1, millis),
                  outbox.statistics().commits()));
    }
    assertEquals(3L * RECORDS, outbox.statistics().records());
    Rig.await(outbox.close());
    reopenAndRead(vertx);
    Rig.await(vertx.close());
  }

  private void reopenAndRead(Vertx vertx) throws Exception {
    long start = System.nanoTime();
    Outbox outbox =
        Rig.await(Outbox.open(vertx, OutboxOptions.of(folder), TimeSource.system(), event -> {}));
    long opened = System.nanoTime();
    assertEquals(3 * RECORDS, Rig.readAll(outbox).size());
    long read = System.nanoTime();
    System.out.println(
        "outbox: reopened with %d records in %d ms, read in %d ms"
            .formatted(
                3 * RECORDS,
                TimeUnit.NANOSECONDS.toMillis(opened - start),
                TimeUnit.NANOSECONDS.toMillis(read - opened)));
    Rig.await(outbox.close());
  }

  private static void appendAll(Outbox outbox) throws InterruptedException {
    Buffer payload = Buffer.buffer(new byte[200]);
    Semaphore room = new Semaphore(OUTSTANDING);
    for (int i = 0; i < RECORDS; i++) {
      room.acquire();
      outbox.append(payload).onComplete(done -> room.release());
    }
    room.acquire(OUTSTANDING);
  }
}
