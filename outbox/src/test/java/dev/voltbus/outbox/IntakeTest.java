package dev.voltbus.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class IntakeTest {
  private final Intake intake = new Intake(OutboxOptions.of(Path.of("box")).withQueueBytes(1024));

  private static Job<Stored> append(int bytes) {
    return new Job.Append(new byte[bytes - SegmentFormat.RECORD_HEADER], 0);
  }

  @Test
  void fullQueueRefusesByNameAndCounts() {
    assertNull(intake.offer(append(1000)));
    OutboxException refusal = intake.offer(append(25));
    assertInstanceOf(OutboxOverloadException.class, refusal);
    assertEquals(
        "outbox box: refused, 1000 bytes wait for the disk, with these 25 they pass the bound of"
            + " 1024",
        refusal.getMessage());
    assertEquals(1, intake.refused());
    assertNull(intake.offer(append(24)));
  }

  @Test
  void whatWaitsIsTakenAtOnceAndInOrder() {
    Job<Stored> first = append(100);
    Job<Stored> second = append(200);
    assertNull(intake.offer(first));
    assertNull(intake.offer(second));
    assertEquals(List.of(first, second), intake.take(0));
    assertEquals(List.of(), intake.take(0));
    assertNull(intake.offer(append(1000)));
  }

  // A full queue must not keep an outbox from closing.
  @Test
  void closingIsTakenWhenTheQueueIsFullAndNothingAfterIt() {
    assertNull(intake.offer(append(1024)));
    Job.Close last = new Job.Close();
    assertEquals(last, intake.close(last));
    assertEquals(last, intake.close(new Job.Close()));
    assertInstanceOf(OutboxClosedException.class, intake.offer(append(24)));
    assertEquals(last, intake.take(0).getLast());
  }

  @Test
  void interruptDoesNotStayWithTheThread() {
    Thread.currentThread().interrupt();
    assertEquals(List.of(), intake.take(1_000_000_000L));
    assertEquals(false, Thread.currentThread().isInterrupted());
  }
}
