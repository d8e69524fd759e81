package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// `independent/discovery_check.py`: Home Assistant's rules for discovery messages, written down a
/// second time without the product's code.
final class DiscoveryJudge {
  private static final Path FOLDER = Path.of("src/test/resources/independent");
  private static final ObjectMapper JSON = new ObjectMapper();

  private DiscoveryJudge() {}

  /// What is wrong with messages that a broker keeps.
  ///
  /// @param kept configurations by topic
  static List<String> faults(Map<String, JsonNode> kept) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                "/usr/bin/python3",
                FOLDER.resolve("discovery_check.py").toString(),
                FOLDER.resolve("sensor_classes.json").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (Writer to = process.outputWriter(StandardCharsets.UTF_8)) {
      for (Map.Entry<String, JsonNode> message : kept.entrySet()) {
        Map<String, Object> said =
            Map.of(
                "topic", message.getKey(),
                "payload", message.getValue().toString(),
                "retained", true);
        to.write(JSON.writeValueAsString(said) + "\n");
      }
    }
    try (BufferedReader from = process.inputReader(StandardCharsets.UTF_8)) {
      List<String> faults = from.lines().toList();
      assertEquals(0, process.waitFor(), "discovery_check.py failed");
      return faults;
    }
  }
}
