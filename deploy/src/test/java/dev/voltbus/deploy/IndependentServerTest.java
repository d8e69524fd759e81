package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.voltbus.contract.Access;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.RegisterCodec;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.WireSource;
import dev.voltbus.modbus.ModbusClient;
import dev.voltbus.modbus.ModbusClientOptions;
import dev.voltbus.modbus.Words;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Client, codec and device files could share one mistake; pymodbus and the arithmetic of
/// `independent/server.py` share nothing with them. The numbers are chosen there.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IndependentServerTest {
  private static final String MISSING =
      "python3-pymodbus is not installed, so no independent server answers our client";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final List<String> ALWAYS = List.of("least", "greatest", "zero", "random");
  private static final List<String> SOMETIMES =
      List.of("minus one", "sentinel", "lower bound", "upper bound");

  /// Rows that a device file understands in another way than the list's type says.
  ///
  /// @param form what the server is told instead of the type
  private record OtherForm(String list, int address, String form, String reason) {
    @Override
    public String toString() {
      return list + ":" + address + "=" + form;
    }
  }

  private final Vertx vertx = Vertx.vertx();
  private final List<ModbusClient> clients = new ArrayList<>();
  private @Nullable PymodbusServer server;

  /// The registers at one address of a device: one, or the parts of a shared word, lowest first.
  record Row(String list, int unit, List<RegisterCodec> parts) {
    int address() {
      return parts.getFirst().wire().address();
    }

    boolean isWritable() {
      return parts.getFirst().spec().access() == Access.READ_WRITE;
    }

    @Override
    public String toString() {
      List<String> keys = parts.stream().map(part -> part.spec().key()).toList();
      return list.replaceFirst("-.*", "") + " " + address() + " " + String.join(", ", keys);
    }
  }

  private static List<OtherForm> otherForms() {
    String tiny = PymodbusServer.TINYBMS;
    String byd = PymodbusServer.BYD;
    String constants = "words without a meaning, carried as bytes";
    String power = "charging is positive in Voltbus, negative in the device";
    List<OtherForm> forms = new ArrayList<>();
    for (int cell = 0; cell < 16; cell++) {
      forms.add(new OtherForm(tiny, cell, "u16 absent 0", "a cell that is not wired reads 0"));
    }
    forms.addAll(
        List.of(
            new OtherForm(tiny, 200, "bytes", "a list of events is not a value"),
            new OtherForm(tiny, 330, "u8 pair", "the notes: a timeout in the high byte"),
            new OtherForm(tiny, 501, "u8 u1 u2", "the notes: flags in the high byte"),
            new OtherForm(byd, 166, "bytes", constants),
            new OtherForm(byd, 200, "bytes", constants),
            new OtherForm(byd, 207, "bytes", constants),
            new OtherForm(byd, 309, "s16 negated", power),
            new OtherForm(byd, 311, "s16 negated", power)));
    return forms;
  }

  @BeforeAll
  void start() throws Exception {
    if (!PymodbusServer.isInstalled()) {
      assertNotEquals("all", System.getenv("VOLTBUS_REQUIRE"), MISSING);
      System.out.println("skipped: " + MISSING);
      abort(MISSING);
    }
    long seed = Long.getLong("voltbus.test.seed", System.nanoTime());
    System.out.println("independent server: -Dvoltbus.test.seed=" + seed);
    otherForms().forEach(form -> System.out.println(form + ": " + form.reason()));
    List<String> forms = otherForms().stream().map(OtherForm::toString).toList();
    server = PymodbusServer.start(seed, device("tinybms").unit(), device("byd").unit(), forms);
    for (String url : server.urls()) {
      clients.add(
          ModbusClient.create(vertx, ModbusClientOptions.of(url).withRequestTimeout(PATIENCE)));
    }
  }

  @AfterAll
  void stop() {
    if (server != null) {
      server.close();
    }
    clients.forEach(client -> client.close().await());
    vertx.close().await();
  }

  private static Device device(String model) throws ConfigException {
    return SiteFiles.load(
            Path.of("config/sites/demo.yaml"), Path.of("config"), Map.of(), name -> null)
        .devices()
        .stream()
        .filter(candidate -> candidate.map().model().equals(model))
        .findFirst()
        .orElseThrow();
  }

  private static Stream<Row> rows() throws ConfigException {
    return Stream.concat(
        rows(PymodbusServer.TINYBMS, device("tinybms")), rows(PymodbusServer.BYD, device("byd")));
  }

  private static Stream<Row> rows(String list, Device device) {
    Map<Integer, List<RegisterCodec>> parts = new TreeMap<>();
    for (RegisterSpec register : device.map().registers()) {
      if (register.source() instanceof WireSource wire) {
        parts
            .computeIfAbsent(wire.address(), address -> new ArrayList<>())
            .add(RegisterCodec.of(register));
      }
    }
    return parts.values().stream().map(codecs -> new Row(list, device.unit(), codecs));
  }

  private static Stream<Row> writableRows() throws ConfigException {
    return rows().filter(Row::isWritable);
  }

  // What the server never shows, nobody has read.
  @Test
  void everyRowOfTheListsIsServedAndRead() throws Exception {
    for (String list : List.of(PymodbusServer.TINYBMS, PymodbusServer.BYD)) {
      TreeSet<Integer> read = new TreeSet<>();
      rows().filter(row -> row.list().equals(list)).forEach(row -> read.add(row.address()));
      assertEquals(new TreeSet<>(integers(answer("rows", list))), read, list);
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void readsTheNumberThatTheServerMeans(Row row) throws IOException {
    for (String name : Stream.concat(ALWAYS.stream(), SOMETIMES.stream()).toList()) {
      Object shown = server().ask("serve", row.list(), row.address(), name);
      assertTrue(shown != null || SOMETIMES.contains(name), name);
      if (shown instanceof JsonObject meant) {
        for (ModbusClient client : clients) {
          check(row, name, meant, client);
        }
      }
    }
  }

  private static void check(Row row, String name, JsonObject meant, ModbusClient client) {
    List<Integer> served = integers(meant.getJsonArray("words"));
    String what = name + " " + served + " from " + client.options().endpoint();
    Words words = client.readHolding(row.unit(), row.address(), served.size()).await();
    assertEquals(served, unsigned(words), what);
    List<Object> read = new ArrayList<>();
    row.parts().forEach(part -> read.add(meaning(part, words.toArray())));
    assertEquals(expected(meant.getJsonArray("expected")), read, what);
    row.parts().forEach(part -> assertEquals(served.size(), part.wire().words(), what));
  }

  /// A number, a text, or the reason why there is none.
  private static Object meaning(RegisterCodec codec, short[] words) {
    long raw = codec.raw(words, 0);
    if (codec.wire().type().isText()) {
      return String.valueOf(codec.text(words, 0, raw));
    }
    QualityReason reason = codec.check(raw);
    return reason == QualityReason.NONE ? codec.value(raw) : reason;
  }

  /// The same of the server; of a decimal the nearest double.
  private static List<Object> expected(JsonArray parts) {
    List<Object> expected = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      JsonObject part = parts.getJsonObject(i);
      if (part.containsKey("number")) {
        expected.add(Double.valueOf(part.getString("number")));
      } else if (part.containsKey("reason")) {
        expected.add(QualityReason.valueOf(part.getString("reason")));
      } else {
        expected.add(part.getString("text"));
      }
    }
    return expected;
  }

  // A setting that took another number than the one meant would be dangerous.
  @ParameterizedTest
  @MethodSource("writableRows")
  void writesTheWordsThatTheServerExpects(Row row) throws IOException {
    JsonArray settings = settings(row).getJsonArray("write");
    assertEquals(isShared(row), settings.isEmpty(), "settings of a shared word");
    for (int i = 0; i < settings.size(); i++) {
      double number = Double.parseDouble(settings.getJsonArray(i).getString(0));
      JsonArray words = settings.getJsonArray(i).getJsonArray(1);
      for (ModbusClient client : clients) {
        Words encoded = Words.copyOf(row.parts().getFirst().encode(number));
        client.writeRegisters(row.unit(), row.address(), encoded).await();
        assertEquals(
            JsonArray.of(JsonArray.of(16, row.address(), words)),
            answer("written", row.list()),
            () -> number + " to " + client.options().endpoint());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("writableRows")
  void refusesToEncodeWhatTheListForbids(Row row) throws IOException {
    JsonArray refused = settings(row).getJsonArray("refuse");
    assertFalse(refused.isEmpty());
    for (int i = 0; i < refused.size(); i++) {
      double number = Double.parseDouble(refused.getString(i));
      for (RegisterCodec part : row.parts()) {
        assertThrows(
            IllegalArgumentException.class, () -> part.encode(number), () -> "took " + number);
      }
    }
  }

  // Only a read, a change and a write could set a part of a shared word, so the codec refuses.
  private static boolean isShared(Row row) {
    return row.parts().size() > 1;
  }

  private JsonObject settings(Row row) throws IOException {
    return (JsonObject) Objects.requireNonNull(server().ask("settings", row.list(), row.address()));
  }

  private JsonArray answer(Object... order) throws IOException {
    return (JsonArray) Objects.requireNonNull(server().ask(order));
  }

  private PymodbusServer server() {
    return Objects.requireNonNull(server);
  }

  private static List<Integer> integers(JsonArray numbers) {
    return IntStream.range(0, numbers.size()).mapToObj(numbers::getInteger).toList();
  }

  private static List<Integer> unsigned(Words words) {
    return IntStream.range(0, words.size()).mapToObj(words::unsigned).toList();
  }
}
