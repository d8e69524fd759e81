package dev.voltbus.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever is done to an audit afterwards is found; whatever a kill leaves is not held against it.
class AuditFileTest {
  @TempDir private Path folder;

  private void write(int lines) throws IOException {
    try (AuditFile file = AuditFile.open(folder)) {
      for (int i = 1; i <= lines; i++) {
        file.append("\"command\":\"PAUSE\",\"reason\":\"no-target " + i + "\"");
      }
    }
  }

  private Path only() {
    return folder.resolve("00000001.ndjson");
  }

  private List<String> faults() throws IOException {
    return AuditVerdict.of(folder).faults();
  }

  @Test
  void linesOfSeveralRunsAreOneChain() throws IOException {
    write(3);
    write(2);
    assertEquals(new AuditVerdict(5, 1, 5, List.of()), AuditVerdict.of(folder));
    assertTrue(
        Files.readString(only())
            .startsWith("{\"n\":1,\"prev\":\"" + "0".repeat(64) + "\",\"command\":\"PAUSE\","));
  }

  @Test
  void eachChangedByteIsFound() throws IOException {
    write(3);
    byte[] whole = Files.readAllBytes(only());
    for (int i = 0; i < whole.length; i++) {
      byte[] changed = whole.clone();
      changed[i] ^= 1;
      Files.write(only(), changed);
      assertFalse(faults().isEmpty(), "byte " + i + " changed");
    }
  }

  @Test
  void aLineThatWasTakenOutPutInOrMovedIsFound() throws IOException {
    write(4);
    List<String> lines = Files.readAllLines(only());
    for (int i = 0; i < 3; i++) {
      List<String> fewer = new ArrayList<>(lines);
      fewer.remove(i);
      Files.write(only(), fewer);
      assertEquals(i == 0 ? 0 : 1, faults().size(), "line " + i + " taken out: " + faults());
    }
    List<String> twice = new ArrayList<>(lines);
    twice.add(2, lines.get(1));
    Files.write(only(), twice);
    assertFalse(faults().isEmpty());
    Files.write(only(), List.of(lines.get(0), lines.get(2), lines.get(1), lines.get(3)));
    assertFalse(faults().isEmpty());
  }

  // Without its first lines it is what rotation leaves; the number says so.
  @Test
  void whereItBeginsIsSaid() throws IOException {
    write(4);
    Files.write(only(), Files.readAllLines(only()).subList(2, 4));
    assertEquals(new AuditVerdict(2, 3, 4, List.of()), AuditVerdict.of(folder));
  }

  @Test
  void aKillAtAnyByteLeavesAWholeChain() throws IOException {
    write(3);
    byte[] whole = Files.readAllBytes(only());
    for (int length = 0; length <= whole.length; length++) {
      Files.write(only(), Arrays.copyOf(whole, length));
      write(1);
      assertEquals(List.of(), faults(), "killed at byte " + length);
      boolean isTorn = length > 0 && whole[length - 1] != '\n';
      assertEquals(isTorn, Files.readString(only()).contains("\"torn_bytes\":"), "byte " + length);
    }
  }

  // It must not be gone on with as if nothing had happened.
  @Test
  void aFileWhoseLastLineWasChangedIsNotContinued() throws IOException {
    write(2);
    Files.writeString(only(), Files.readString(only()).replace("no-target 2", "accepted"));
    IOException refused = assertThrows(IOException.class, () -> write(1));
    assertEquals(only() + ": line 2 was changed", refused.getMessage());
  }

  @Test
  void theChainGoesOnFromFileToFile() throws IOException {
    try (AuditFile file = AuditFile.open(folder, 1_000)) {
      for (int i = 0; i < 40; i++) {
        file.append("\"i\":" + i);
      }
    }
    List<Path> files = AuditFile.files(folder);
    assertTrue(files.size() > 5, files.toString());
    assertEquals(new AuditVerdict(40, 1, 40, List.of()), AuditVerdict.of(folder));
    Files.delete(files.get(2));
    assertEquals(1, faults().size(), faults().toString());
  }

  // What is decided at one moment is one write, whole or not there.
  @Test
  void severalLinesAreAppendedAtOnceToOneFile() throws IOException {
    try (AuditFile file = AuditFile.open(folder, 1)) {
      file.append(List.of("\"i\":1", "\"i\":2", "\"i\":3"));
      file.append(List.of());
    }
    assertEquals(3, Files.readAllLines(only()).size());
    assertEquals(new AuditVerdict(3, 1, 3, List.of()), AuditVerdict.of(folder));
  }

  @Test
  void theOldestFilesGo() throws IOException {
    try (AuditFile file = AuditFile.open(folder, 1)) {
      for (int i = 0; i < AuditFile.MOST_FILES + 10; i++) {
        file.append("\"i\":" + i);
      }
    }
    assertEquals(AuditFile.MOST_FILES, AuditFile.files(folder).size());
    assertEquals(new AuditVerdict(50, 11, 60, List.of()), AuditVerdict.of(folder));
  }
}
