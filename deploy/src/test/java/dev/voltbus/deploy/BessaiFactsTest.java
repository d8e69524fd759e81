package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The golden messages of contract bessai against the facts of the public gateway: its topics, its
/// fields and its samples.
class BessaiFactsTest {
  private static final Path GOLDEN = Path.of("src/test/resources/testcases/contracts");
  private static final String SITE = "SITE-CL-001";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final JsonNode facts = facts();
  private final Map<String, List<JsonNode>> golden = golden();

  private static JsonNode facts() {
    try {
      return JSON.readTree(
          Files.readString(Path.of("src/test/resources/facts/bessai-fields.json")));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Map<String, List<JsonNode>> golden() {
    Map<String, List<JsonNode>> messages = new HashMap<>();
    try {
      for (String folder : List.of("bessai", "bessai-messages")) {
        for (String line : Files.readAllLines(GOLDEN.resolve(folder).resolve("messages.txt"))) {
          if (line.startsWith(SITE)) {
            String[] parts = line.split(" qos=1 ", 2);
            messages
                .computeIfAbsent(parts[0], topic -> new ArrayList<>())
                .add(JSON.readTree(parts[1]));
          }
        }
      }
      return messages;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void thereIsEachTopicAndNoOther() {
    Set<String> topics = new HashSet<>();
    facts
        .get("topics")
        .fieldNames()
        .forEachRemaining(name -> topics.add(name.replace("{SITE_ID}", SITE)));
    assertEquals(topics, golden.keySet());
  }

  // A TinyBMS counts no cycles; a number that is not known is left out.
  @Test
  void eachSampleIsAmongTheMessages() {
    List<String> missing = new ArrayList<>();
    for (JsonNode sample : facts.get("samples")) {
      Map<String, Object> expected = numbers(sample.get("payload"));
      expected.remove("cycle_count");
      boolean isThere =
          golden.getOrDefault(sample.get("topic").asText(), List.of()).stream()
              .anyMatch(message -> numbers(message).equals(expected));
      if (!isThere) {
        missing.add(sample.toString());
      }
    }
    assertEquals(List.of(), missing);
  }

  /// 0 and 0.0 are the same number.
  private static Map<String, Object> numbers(JsonNode object) {
    Map<String, Object> fields = new HashMap<>();
    object
        .properties()
        .forEach(field ->
            fields.put(
                field.getKey(),
                field.getValue().isNumber()
                    ? (Object) field.getValue().asDouble()
                    : field.getValue().asText()));
    return fields;
  }

  @Test
  void eachMessageHasOnlyFieldsOfItsTopicInTheirTypes() {
    golden.forEach((topic, messages) -> {
      JsonNode fields = facts.at("/topics").get(topic.replace(SITE, "{SITE_ID}")).get("fields");
      messages.forEach(message ->
          message
              .properties()
              .forEach(field -> check(topic, field.getKey(), field.getValue(), fields)));
    });
  }

  private static void check(String topic, String name, JsonNode value, JsonNode fields) {
    JsonNode fact = fields.get(name);
    assertTrue(fact != null, () -> topic + " has no field " + name);
    String types = fact.get("type").toString().replace("integer", "number");
    assertTrue(types.contains(type(value)), () -> topic + " " + name + ": " + value);
    if (fact.has("round") && value.isNumber()) {
      int decimals = fact.get("round").asInt();
      assertEquals(
          value.asDouble(),
          value.decimalValue().setScale(decimals, java.math.RoundingMode.HALF_UP).doubleValue(),
          topic + " " + name);
    }
  }

  private static String type(JsonNode value) {
    return value.isNumber()
        ? "number"
        : value.getNodeType().name().toLowerCase(java.util.Locale.ROOT);
  }
}
