package dev.voltbus.outbox;

import static dev.voltbus.outbox.Rig.await;
import static dev.voltbus.outbox.Rig.readAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The bytes of form 1, as a release left them on the disks of sites. They are read for ever, so
/// the files are never changed; a new form gets a folder of its own.
class GoldenTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/v1");
  private static final List<String> NAMES =
      List.of("00000000000000000001.segment", "00000000000000000001.acknowledged");

  @TempDir private Path folder;
  private final Rig rig = new Rig();

  @AfterEach
  void close() throws Exception {
    rig.close();
  }

  @Test
  void formOneIsWrittenByteForByte() throws Exception {
    Outbox outbox = rig.open(OutboxOptions.of(folder));
    for (String text : List.of("first", "", "{\"soc\":57.5}")) {
      await(outbox.append(Buffer.buffer(text)));
      rig.time.advance(Duration.ofMillis(250));
    }
    outbox.acknowledge(2);
    await(outbox.flush());
    for (String name : NAMES) {
      String written = HexFormat.of().formatHex(Files.readAllBytes(folder.resolve(name)));
      assertEquals(HexFormat.of().formatHex(golden(name)), written, name);
    }
  }

  @Test
  void formOneIsRead() throws Exception {
    for (String name : NAMES) {
      Files.write(folder.resolve(name), golden(name));
    }
    Outbox outbox = rig.open(OutboxOptions.of(folder));
    List<String> records =
        readAll(outbox).stream()
            .map(each -> each.sequence() + " " + each.timeMillis() + " " + each.payload())
            .toList();
    assertEquals(List.of("1 1767225600000 first", "3 1767225600500 {\"soc\":57.5}"), records);
    assertEquals(List.of(), rig.events);
  }

  private static byte[] golden(String name) throws IOException {
    String text = Files.readString(GOLDEN.resolve(name + ".hex"));
    return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
  }
}
