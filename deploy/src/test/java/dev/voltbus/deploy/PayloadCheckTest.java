package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `voltbus check` says of the size of messages.
class PayloadCheckTest {
  private static final String TOPIC = "  BE/spec_data ";

  @TempDir Path folder;

  private CommandRun check(int cells, String broker) throws IOException {
    Files.createDirectories(folder.resolve("devices"));
    StringBuilder rows = new StringBuilder();
    for (int cell = 1; cell <= cells; cell++) {
      rows.append(
          "  - { address: %d, key: cell_voltage_%02d_mv, type: u16, unit: mV }\n"
              .formatted(cell, cell));
    }
    Files.writeString(
        folder.resolve("devices/pack.yaml"),
        "device: pack\ngroups: { live: { period: 1s } }\nregisters:\n" + rows);
    Path site =
        Files.writeString(
            folder.resolve("site.yaml"),
            """
            site: x
            links: { l: { url: "tcp://127.0.0.1:502" } }
            devices: { d: { type: pack, link: l, unit: 7 } }
            brokers: { b: { %s } }
            publications:
              p: { contract: battery-emulator, broker: b, devices: [d], options: { cell-voltages: true } }
            """
                .formatted(broker));
    for (String kind : List.of("schema", "contracts")) {
      ConfigFolder.copy(Path.of("config").resolve(kind), folder.resolve(kind));
    }
    return CommandRun.of("check", "--site", site.toString(), "--config", folder.toString());
  }

  private static List<String> lines(CommandRun run) {
    return run.out().lines().filter(line -> line.startsWith(TOPIC)).toList();
  }

  // 65.535 for each cell and a comma between two.
  @Test
  void eachTopicIsListedWithWhatItBecomes() throws IOException {
    CommandRun run = check(16, "");
    assertEquals(List.of(TOPIC + "(about 131 bytes)"), lines(run));
    assertEquals(0, run.code(), run.err());
  }

  // Small boards drop such a message without a word.
  @Test
  void topicThatSmallClientsCannotTakeIsMarked() throws IOException {
    CommandRun run = check(200, "");
    assertEquals(
        List.of(TOPIC + "(about 1,419 bytes: more than the 1,024 that small clients take)"),
        lines(run));
    assertEquals(0, run.code(), run.err());
  }

  @Test
  void topicThatMayExceedMaxPayloadIsMarked() throws IOException {
    CommandRun run = check(16, "max-payload: 130");
    assertEquals(
        List.of(TOPIC + "(about 131 bytes: not sent if more than max-payload 130 of broker b)"),
        lines(run));
  }
}
