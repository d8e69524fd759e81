package dev.voltbus.deploy;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.Site;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The fact files of the contracts, entry by entry, against what our contract files yield. Each
/// difference must stand in `config/deviations.yaml`, and each that stands there must be one.
class DeviationsTest {
  private static final Path SITE = Path.of("src/test/resources/testcases/deviations/site.yaml");
  private static final Path LIST = Path.of("config/deviations.yaml");
  private static final String ABSENT = "absent";
  private static final int FACTS_AT_LEAST = 1_200;

  private final List<Row> listed = new ArrayList<>();
  private final List<String> differences = new ArrayList<>();
  private final Set<Row> seen = new HashSet<>();
  private Site site = new Site("none", List.of(), List.of(), List.of());
  private JsonNode file = NullNode.getInstance();
  private int facts;

  /// One listed difference; `*` stands for any text, in `ours` for the same text as in `theirs`,
  /// which may have become lower-case.
  private record Row(String field, String profile, String theirs, String ours) {
    private boolean covers(String inProfile, String key, String theirValue, String ourValue) {
      Matcher their = pattern(theirs).matcher(theirValue);
      return profile.equals(inProfile)
          && pattern(field).matcher(key).matches()
          && their.matches()
          && isOurs(their, ourValue);
    }

    private boolean isOurs(Matcher their, String ourValue) {
      String expected = ours;
      for (int i = 1; i <= their.groupCount(); i++) {
        expected = expected.replaceFirst("\\*", Matcher.quoteReplacement(their.group(i)));
      }
      return pattern(expected).matcher(ourValue).matches()
          || ourValue.equals(expected.toLowerCase(Locale.ROOT));
    }

    private static Pattern pattern(String text) {
      return Pattern.compile(
          Arrays.stream(text.split("\\*", -1)).map(Pattern::quote).collect(joining("(.*)")));
    }
  }

  @BeforeEach
  void read() throws Exception {
    site = SiteFiles.load(SITE, Path.of("config"), Map.of(), variable -> null);
    file = new ObjectMapper(new YAMLFactory()).readTree(LIST.toFile());
    for (JsonNode row : file.path("deviations")) {
      for (JsonNode profile : row.path("profiles")) {
        listed.add(
            new Row(
                row.path("field").asText(),
                profile.asText(),
                row.path("theirs").asText(),
                row.path("ours").asText()));
      }
    }
  }

  @Test
  void eachDifferenceIsListedAndEachListedOneIsThere() throws Exception {
    compare("dbe", Theirs.batteryEmulator("dbe-code", "BE"), be("dbe"));
    compare("classic", Theirs.batteryEmulator("be-classic", "BE"), be("classic"));
    compare("v12", Theirs.batteryEmulator("be-v12", "host"), be("v12"));
    compare("leaf", Theirs.leaf(), Ours.leaf(publication("leaf")));
    compare("bessai", Theirs.bessai(), Ours.bessai(publication("bessai")));
    compare("tinybms", theirSnapshot(), ourSnapshot());
    listed.stream()
        .filter(row -> !seen.contains(row))
        .forEach(row -> differences.add("no longer a difference: " + row));
    assertEquals("", String.join("\n", differences));
    assertTrue(facts >= FACTS_AT_LEAST, facts + " facts");
  }

  @Test
  void theListFitsItsSchema() {
    Faults faults = new Faults();
    ConfigTree tree = new ConfigTree(LIST.toString(), file, Map.of());
    SchemaCheck.of(Path.of("config/schema/deviations.schema.json"), faults)
        .ifPresent(schema -> schema.accepts(tree, faults));
    assertEquals(0, faults.count(), faults::toString);
  }

  private Map<String, String> be(String name) throws Exception {
    return Ours.batteryEmulator(publication(name));
  }

  private Publication publication(String name) {
    return site.publications().stream()
        .filter(p -> p.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, String> theirSnapshot() {
    Map<String, String> facts = new TreeMap<>();
    DemoTopics.SNAPSHOT.forEach((suffix, row) -> {
      facts.put(suffix + ".address", Integer.toString(row.address()));
      facts.put(suffix + ".unit", row.unit());
    });
    return facts;
  }

  /// Of the values that the snapshot list names.
  private Map<String, String> ourSnapshot() {
    Map<String, String> facts = new TreeMap<>();
    Device pack = site.devices().getFirst();
    for (RegisterSpec spec : pack.map().registers()) {
      if (DemoTopics.SNAPSHOT.containsKey(spec.topicSuffix()) && !spec.internal()) {
        facts.put(spec.topicSuffix() + ".address", Integer.toString(spec.shownAddress()));
        facts.put(spec.topicSuffix() + ".unit", spec.presentation().unit());
      }
    }
    return facts;
  }

  private void compare(String profile, Map<String, String> theirs, Map<String, String> ours) {
    facts += theirs.size();
    Set<String> keys = new TreeSet<>(theirs.keySet());
    keys.addAll(ours.keySet());
    for (String key : keys) {
      String their = theirs.getOrDefault(key, ABSENT);
      String our = ours.getOrDefault(key, ABSENT);
      if (!their.equals(our)) {
        judge(profile, key, their, our);
      }
    }
  }

  private void judge(String profile, String key, String their, String our) {
    List<Row> covering =
        listed.stream().filter(row -> row.covers(profile, key, their, our)).toList();
    seen.addAll(covering);
    if (covering.isEmpty()) {
      differences.add("not listed: " + profile + " " + key + ": theirs " + their + ", ours " + our);
    }
  }
}
