package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Access;
import dev.voltbus.contract.RegisterCodec;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import dev.voltbus.contract.WordOrder;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The device files against the register lists they were written from.
class RegisterFactsConfigTest {
  private static final Path FACTS = Path.of("src/test/resources/facts");
  private static final Pattern CELL = Pattern.compile("\"((?:[^\"]|\"\")*)\"|([^,]*)");

  private static RegisterMap map(String device) throws ConfigException {
    return SiteFiles.load(
            Path.of("config/sites/demo.yaml"), Path.of("config"), Map.of(), name -> null)
        .devices()
        .stream()
        .filter(candidate -> candidate.map().model().equals(device))
        .findFirst()
        .orElseThrow()
        .map();
  }

  private static List<Map<String, String>> facts(String file) throws IOException {
    List<String> lines = Files.readAllLines(FACTS.resolve(file));
    List<String> names = cells(lines.getFirst());
    List<Map<String, String>> rows = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      List<String> cells = cells(line);
      Map<String, String> row = new HashMap<>();
      for (int i = 0; i < names.size(); i++) {
        row.put(names.get(i), cells.get(i));
      }
      rows.add(row);
    }
    return rows;
  }

  private static List<String> cells(String line) {
    List<String> cells = new ArrayList<>();
    Matcher matcher = CELL.matcher(line);
    int at = 0;
    while (at <= line.length() && matcher.find(at)) {
      cells.add(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
      at = matcher.end() + 1;
    }
    return cells;
  }

  private static List<RegisterSpec> at(RegisterMap map, String address) {
    return map.registers().stream()
        .filter(row ->
            row.source() instanceof WireSource wire && wire.address() == Integer.parseInt(address))
        .toList();
  }

  @Test
  void everyRowOfTheTinyBmsListIsInItsDeviceFile() throws Exception {
    RegisterMap map = map("tinybms");
    int checked = 0;
    for (Map<String, String> fact : facts("tinybms-registers.csv")) {
      if (fact.get("map").equals("revD")) {
        checkTinyBms(fact, at(map, fact.get("address")));
        checked++;
      }
    }
    assertEquals(90, checked);
  }

  private static void checkTinyBms(Map<String, String> fact, List<RegisterSpec> rows) {
    String name = fact.get("address") + " " + fact.get("label");
    boolean packed = fact.get("type").endsWith("pair") || fact.get("address").equals("330");
    assertFalse(rows.isEmpty(), name);
    assertEquals(packed, rows.size() > 1, name);
    for (RegisterSpec row : rows) {
      WireSource wire = (WireSource) row.source();
      assertEquals(Integer.parseInt(fact.get("words")), wire.words(), name);
      assertEquals(fact.get("access").equals("RW"), row.access() == Access.READ_WRITE, name);
      assertEquals(packed, !wire.slice().isWhole(), name);
    }
    if (!packed && !fact.get("type").startsWith("u24")) {
      checkSingle(name, fact, rows.getFirst());
    }
  }

  private static void checkSingle(String name, Map<String, String> fact, RegisterSpec row) {
    WireSource wire = (WireSource) row.source();
    String type = wire.type() == WireType.BITS ? "u16" : wire.type().word();
    assertEquals(fact.get("type"), type, name);
    assertEquals(0, new BigDecimal(fact.get("scale")).compareTo(row.scaling().scale()), name);
    assertFalse(row.scaling().negated(), name);
    assertEquals(fact.get("unit"), row.presentation().unit(), name);
    assertEquals(fact.get("label"), row.presentation().label(), name);
    assertEquals(fact.get("dbus_path"), row.presentation().dbusPath(), name);
    assertEquals(
        fact.get("word_order").startsWith("low"), wire.wordOrder() == WordOrder.LOW_FIRST, name);
    assertEquals(suffix(fact), row.topicSuffix(), name);
    assertEquals(number(fact.get("min")), row.range().min(), name);
    assertEquals(number(fact.get("max")), row.range().max(), name);
    assertEquals(number(fact.get("default")), row.range().initial(), name);
  }

  private static String suffix(Map<String, String> fact) {
    return fact.get("topic_suffix");
  }

  private static @org.jspecify.annotations.Nullable Long number(String text) {
    return text.isEmpty() ? null : Long.valueOf(text);
  }

  @Test
  void everyRowOfTheBydListIsInItsDeviceFile() throws Exception {
    RegisterMap map = map("byd");
    List<Map<String, String>> facts = facts("byd-modbus-registers.csv");
    for (Map<String, String> fact : facts) {
      String name = fact.get("address") + " " + fact.get("key");
      List<RegisterSpec> rows = at(map, fact.get("address"));
      assertEquals(1, rows.size(), name);
      checkByd(name, fact, rows.getFirst());
    }
    assertEquals(facts.size() + 1, map.registers().size(), "and battery_current");
  }

  private static void checkByd(String name, Map<String, String> fact, RegisterSpec row) {
    WireSource wire = (WireSource) row.source();
    int words = Integer.parseInt(fact.get("words"));
    String type = fact.get("type").equals("ascii") ? "string" : fact.get("type");
    assertEquals(type.equals("u16") && words > 1 ? "bytes" : type, wire.type().word(), name);
    assertEquals(words, wire.words(), name);
    assertEquals(fact.get("key"), row.key(), name);
    assertEquals(fact.get("unit"), row.presentation().unit(), name);
    assertEquals(0, new BigDecimal(fact.get("scale")).compareTo(row.scaling().scale()), name);
    assertEquals(fact.get("access").equals("RW"), row.access() == Access.READ_WRITE, name);
    assertEquals(fact.get("key").startsWith("dc_power"), row.scaling().negated(), name);
    assertEquals(WordOrder.HIGH_FIRST, wire.wordOrder(), name);
  }

  // Known words and values of the two maps, from the word to the number.
  @Test
  void knownWordsGiveKnownValues() throws Exception {
    assertEquals(52.8, value("tinybms", "battery_pack_voltage", 13107, 16979));
    assertEquals(-12.5, value("tinybms", "battery_pack_current", 0, 49480));
    assertEquals(85.5, value("tinybms", "state_of_charge", 41056, 1304));
    assertEquals(99.0, value("tinybms", "state_of_health", 49500));
    assertEquals(4.0, value("tinybms", "pack_temperature_min", 3844));
    assertEquals(15.0, value("tinybms", "pack_temperature_max", 3844));
    assertEquals(-2000.0, value("byd", "dc_power_inner", 2000));
    assertEquals(2000.0, value("byd", "dc_power_inner", 65536 - 2000));
    assertEquals(16 * 65536.0 + 22741, value("byd", "charged_energy", 0, 0, 16, 22741));
    assertEquals(99.0, value("byd", "soh", 9900));
  }

  private static double value(String device, String key, int... words) throws Exception {
    RegisterSpec row =
        map(device).registers().stream()
            .filter(candidate -> candidate.key().equals(key))
            .findFirst()
            .orElseThrow();
    RegisterCodec codec = RegisterCodec.of(row);
    short[] block = new short[words.length];
    for (int i = 0; i < words.length; i++) {
      block[i] = (short) words[i];
    }
    assertEquals(codec.wire().words(), words.length);
    return codec.value(codec.raw(block, 0));
  }

  @Test
  void sensorsThatAreNotThereAreAbsent() throws Exception {
    for (RegisterSpec row : map("tinybms").registers()) {
      boolean cell = row.key().startsWith("cell_voltage_") && row.key().endsWith("_mv");
      boolean sensor = row.key().startsWith("external_temperature_");
      boolean taken = row.key().equals("state_of_health_permille");
      List<Long> absent =
          cell ? List.of(0L) : sensor ? List.of(-32768L) : taken ? List.of(65535L) : List.of();
      assertEquals(absent, row.absent(), row.key());
    }
    assertTrue(RegisterCodec.of(at(map("tinybms"), "42").getFirst()).isAbsent(-32768));
  }
}
