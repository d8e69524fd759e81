package dev.voltbus.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class OutboxOptionsTest {
  private static final OutboxOptions DEFAULTS = OutboxOptions.of(Path.of("box"));

  @Test
  void defaultsAreThoseOfTheDocumentedTable() throws Exception {
    String page = Files.readString(Path.of("../docs/reference/outbox.md"));
    for (String row :
        List.of(
            "| `mostBytes` | " + DEFAULTS.mostBytes() / 1024 / 1024 + " MiB |",
            "| `longestAge` | " + DEFAULTS.longestAge().toDays() + " days |",
            "| `segmentBytes` | " + DEFAULTS.segmentBytes() / 1024 / 1024 + " MiB |",
            "| `memoryBytes` | " + DEFAULTS.memoryBytes() / 1024 / 1024 + " MiB |",
            "| `queueBytes` | " + DEFAULTS.queueBytes() / 1024 / 1024 + " MiB |")) {
      assertTrue(page.contains(row), row);
    }
  }

  @Test
  void valueOutOfRangeIsRefusedByName() {
    List<Executable> mistakes =
        List.of(
            () -> DEFAULTS.withSegmentBytes(4095),
            () -> DEFAULTS.withMostBytes(2L * DEFAULTS.segmentBytes() - 1),
            () -> DEFAULTS.withLongestAge(Duration.ofMillis(999)),
            () -> DEFAULTS.withMemoryBytes(0),
            () -> DEFAULTS.withQueueBytes(1023));
    for (Executable mistake : mistakes) {
      assertThrows(IllegalArgumentException.class, mistake);
    }
    assertEquals(
        "outbox: queueBytes 1023 is not within 1024..268435456",
        assertThrows(IllegalArgumentException.class, mistakes.getLast()).getMessage());
  }
}
