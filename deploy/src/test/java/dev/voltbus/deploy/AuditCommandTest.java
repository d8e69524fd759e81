package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.voltbus.outbox.AuditFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What somebody does to the record of commands is found at its place.
class AuditCommandTest {
  @TempDir private Path state;
  private Path file = Path.of("");
  private List<String> lines = List.of();

  @BeforeEach
  void write() throws IOException {
    Path folder = state.resolve("audit/demo");
    try (AuditFile audit = AuditFile.open(folder)) {
      audit.append(
          List.of(
              "\"command\":\"PAUSE\"",
              "\"command\":\"RESUME\"",
              "\"command\":\"STOP\"",
              "\"command\":\"RESTART\""));
    }
    file = folder.resolve("00000001.ndjson");
    lines = new ArrayList<>(Files.readAllLines(file));
  }

  private CommandRun verify(String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("audit", "verify", "--state", state.toString()));
    arguments.addAll(List.of(more));
    return CommandRun.of(arguments.toArray(String[]::new));
  }

  private void assertFault(int line, String fault) throws IOException {
    Files.write(file, lines);
    String summary = "site demo: %d line(s), number 1 to 4, 1 fault(s)\n".formatted(lines.size());
    assertEquals(new CommandRun(1, summary, "%s:%d: %s\n".formatted(file, line, fault)), verify());
  }

  @Test
  void anUntouchedAuditIsFine() {
    CommandRun fine = new CommandRun(0, "site demo: 4 line(s), number 1 to 4, no fault\n", "");
    assertEquals(fine, verify());
    assertEquals(fine, verify("--site", "demo"));
  }

  @Test
  void aRemovedLineIsFound() throws IOException {
    lines.remove(1);
    assertFault(2, "has number 3, expected is 2");
  }

  @Test
  void aChangedLineIsFound() throws IOException {
    lines.set(1, lines.get(1).replace("RESUME", "PAUSE"));
    assertFault(2, "was changed: its hash does not fit");
  }

  @Test
  void anInsertedLineIsFound() throws IOException {
    lines.add(2, "{\"command\":\"PAUSE\"}");
    assertFault(3, "is no line of an audit");
  }

  @Test
  void whereThereIsNoAuditThatIsSaid() throws IOException {
    Path folder = state.resolve("audit");
    assertEquals(
        new CommandRun(
            1,
            "",
            "--site: no audit of site `dmo` in "
                + folder
                + ", did you mean `demo`?"
                + "; known: demo\n"),
        verify("--site", "dmo"));
    Files.delete(file);
    Files.delete(folder.resolve("demo"));
    assertEquals(new CommandRun(1, "", "--state: no audit in " + folder + "\n"), verify());
  }

  @Test
  void withoutAStateFolderTheCommandLineIsWrong() {
    assertEquals(2, CommandRun.of("audit", "verify").code());
  }
}
