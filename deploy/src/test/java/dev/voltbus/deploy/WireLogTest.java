package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.simulator.WireEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WireLogTest {
  @TempDir private Path folder;

  // Whoever follows the file sees each event when it happens.
  @Test
  void eachEventIsALineAtOnce() throws Exception {
    Path file = folder.resolve("wire.log");
    try (WireLog log = new WireLog(file)) {
      log.write(1, new WireEvent(1_234_567, 3, WireEvent.Kind.CONNECTED, new WireEvent.Bytes("")));
      log.write(
          2, new WireEvent(2_000_999, 4, WireEvent.Kind.REQUEST, new WireEvent.Bytes("AA 03")));
      assertEquals(List.of("1234 1 3 connected", "2000 2 4 > AA 03"), Files.readAllLines(file));
    }
  }

  @Test
  void aFileThatCannotBeWrittenIsNamed() {
    Path file = folder.resolve("nowhere").resolve("wire.log");
    String said = assertThrows(CommandException.class, () -> new WireLog(file)).getMessage();
    assertTrue(said.startsWith("--wire-log: " + file + " cannot be written"), said);
  }
}
