package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Spoils the shipped files one value at a time. JSON is YAML, so the spoilt tree is written as
/// JSON.
class MutatedConfigTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path CONFIG = Path.of("config");
  private static final List<String> WRONG =
      List.of(
          "null",
          "true",
          "[]",
          "{}",
          "[1]",
          "{\"x\": 1}",
          "-1",
          "0.5",
          "99999999999999999999",
          "1e300",
          "-9223372036854775808",
          "\"\"",
          "\"~!@#$%^&*()'\"",
          "\"${\"",
          "\"\\u0000\"",
          "\"999999999h\"",
          "\"\\uD83D\\uDE00\"");

  @TempDir Path folder;

  @BeforeEach
  void copyTheShippedFiles() throws IOException {
    ConfigFolder.copy(CONFIG, folder);
  }

  // Whatever a user types, he gets a site or a sentence, never a stack trace.
  @ParameterizedTest
  @CsvSource({
    "sites/demo.yaml, 1",
    "contracts/tinybms.yaml, 1",
    "contracts/battery-emulator.yaml, 1",
    "devices/inverter.yaml, 1",
    "devices/byd.yaml, 11",
    "devices/tinybms.yaml, 31",
  })
  void everySpoiltValueGivesFaultsOrASite(String file, int everyNth) throws Exception {
    JsonNode tree = tree(folder.resolve(file));
    List<String> pointers = new ArrayList<>();
    collect(tree, "", pointers);
    int tried = 0;
    int refused = 0;
    for (int i = 0; i < pointers.size(); i += everyNth) {
      for (int wrong : mutations(i)) {
        tried++;
        refused += refuses(file, spoilt(tree, pointers.get(i), wrong)) ? 1 : 0;
      }
    }
    assertTrue(refused > tried / 3, refused + " of " + tried + " refused");
  }

  /// Dropping, null, and four of the other wrong values in turn.
  private static int[] mutations(int turn) {
    int rest = WRONG.size() - 1;
    return new int[] {
      -1, 0, 1 + turn % rest, 1 + (turn + 4) % rest, 1 + (turn + 8) % rest, 1 + (turn + 12) % rest
    };
  }

  private static JsonNode tree(Path file) {
    Faults faults = new Faults();
    return new YamlFile(file, new Variables(Map.of(), name -> null), faults)
        .read()
        .orElseThrow()
        .root();
  }

  private static void collect(JsonNode node, String pointer, List<String> out) {
    if (!pointer.isEmpty()) {
      out.add(pointer);
    }
    node.properties()
        .forEach(
            entry -> collect(entry.getValue(), ConfigTree.child(pointer, entry.getKey()), out));
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      collect(node.get(i), ConfigTree.child(pointer, i), out);
    }
  }

  /// The tree with one value replaced; dropped for index -1.
  private static JsonNode spoilt(JsonNode tree, String pointer, int wrong) throws IOException {
    JsonNode copy = tree.deepCopy();
    int cut = pointer.lastIndexOf('/');
    JsonNode parent = copy.at(pointer.substring(0, cut));
    String key = pointer.substring(cut + 1).replace("~1", "/").replace("~0", "~");
    if (parent instanceof ArrayNode list && wrong < 0) {
      list.remove(Integer.parseInt(key));
    } else if (parent instanceof ArrayNode list) {
      list.set(Integer.parseInt(key), JSON.readTree(WRONG.get(wrong)));
    } else if (parent instanceof ObjectNode section && wrong < 0) {
      section.remove(key);
    } else if (parent instanceof ObjectNode section) {
      section.set(key, JSON.readTree(WRONG.get(wrong)));
    }
    return copy;
  }

  private boolean refuses(String file, JsonNode tree) throws IOException {
    String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(tree);
    Files.writeString(folder.resolve(file), text);
    try {
      SiteFiles.load(folder.resolve("sites/demo.yaml"), folder, Map.of(), name -> null);
      return false;
    } catch (ConfigException refusal) {
      assertFalse(refusal.faults().isEmpty());
      assertTrue(
          refusal.faults().stream()
              .allMatch(fault -> fault.line() > 0 && !fault.message().contains("Exception")),
          refusal.getMessage());
      return true;
    } catch (RuntimeException e) {
      throw new AssertionError("stack trace for:\n" + text, e);
    }
  }
}
