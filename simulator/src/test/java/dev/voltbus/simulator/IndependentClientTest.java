package dev.voltbus.simulator;

import static dev.voltbus.simulator.TestingSite.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Client and simulator of one house could share one mistake; pymodbus and the arithmetic of
/// `independent/client.py` share nothing with either.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IndependentClientTest {
  private static final String MISSING =
      "python3-pymodbus is not installed, so no independent client looks at the simulator";

  private final TestingSite<BatterySite> site = TestingSite.start(new BatterySite(0, 0));
  private @Nullable PythonClient client;

  @BeforeAll
  void startClient() throws IOException, InterruptedException {
    if (!PythonClient.isInstalled()) {
      assertNotEquals("all", System.getenv("VOLTBUS_REQUIRE"), MISSING);
      System.out.println("skipped: " + MISSING);
      abort(MISSING);
    }
    client = PythonClient.of(site.site());
  }

  @AfterAll
  void stop() {
    if (client != null) {
      client.close();
    }
    site.close();
  }

  private static Stream<RegisterFacts> rows() {
    return RegisterFacts.all().stream();
  }

  private static Stream<RegisterFacts> readOnlyRows() {
    return rows().filter(row -> !row.isWritable());
  }

  private static Stream<RegisterFacts> writableRows() {
    return rows().filter(RegisterFacts::isWritable);
  }

  private ModbusServer server(RegisterFacts row) {
    return row.unit() == BatterySite.BYD_UNIT
        ? site.site().towerServer()
        : site.site().packServer();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void readsTheNumberThatTheWordsMean(RegisterFacts row) {
    for (PinnedNumbers pinned : PinnedNumbers.of(row)) {
      int[] words = pinned.words().stream().mapToInt(Integer::intValue).toArray();
      await(site.site().pin(row.unit(), row.address(), words));
      assertEquals(
          plain(row, pinned.expected()),
          plain(row, client().read(row)),
          () -> row + " words " + pinned.words());
    }
    await(site.site().unpin(row.unit(), row.address(), row.words()));
  }

  // A setting that took another number than the one meant would be dangerous.
  @ParameterizedTest
  @MethodSource("writableRows")
  void writesTheNumberThatIsMeant(RegisterFacts row) throws IOException {
    for (int function : writeFunctions(row)) {
      for (long raw : numbersInRange(row)) {
        String number = PinnedNumbers.scaled(row, raw).toPlainString();
        assertEquals("ok", client().write(row, function, number), number);
        ModbusServer.Write last = server(row).writes().getLast();
        List<Integer> words = words(row, raw);
        assertEquals(List.of(row.unit(), row.address()), List.of(last.unit(), last.address()));
        assertEquals(words, last.words());
        assertEquals(words, shown(row));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("writableRows")
  void isRefusedANumberOutOfRange(RegisterFacts row) throws IOException {
    if (!row.text("min").isEmpty()) {
      List<Integer> before = shown(row);
      long below = Long.parseLong(row.text("min")) - 1;
      long above = Long.parseLong(row.text("max")) + 1;
      for (long raw : new long[] {below, above}) {
        if (raw >= 0 || row.type().startsWith("s")) {
          String number = PinnedNumbers.scaled(row, raw).toPlainString();
          assertEquals("exception 3", client().write(row, 16, number), number);
        }
      }
      assertEquals(before, shown(row));
    }
  }

  @ParameterizedTest
  @MethodSource("readOnlyRows")
  void isRefusedAReadOnlyRow(RegisterFacts row) {
    int before = server(row).writes().size();
    assertEquals("exception 2", client().poke(row, 16));
    if (row.unit() == BatterySite.BYD_UNIT) {
      assertEquals("exception 2", client().poke(row, 6));
      assertEquals("exception 2", client().poke(row, 23));
    }
    assertEquals(before, server(row).writes().size());
  }

  private PythonClient client() {
    return Objects.requireNonNull(client);
  }

  /// Numbers in one form of writing, whatever their trailing zeros.
  private static List<String> plain(RegisterFacts row, List<String> values) {
    boolean text = List.of("ascii", "bytes", "u24+u8 x 49").contains(row.type());
    return values.stream()
        .map(value ->
            text || value.equals("NaN")
                ? value
                : new BigDecimal(value).stripTrailingZeros().toPlainString())
        .toList();
  }

  private static List<Integer> writeFunctions(RegisterFacts row) {
    return Arrays.stream(row.text("function").split(";", -1))
        .map(Integer::valueOf)
        .filter(function -> function != 3)
        .toList();
  }

  private static List<Long> numbersInRange(RegisterFacts row) {
    List<Long> numbers = new ArrayList<>();
    if (!row.text("min").isEmpty()) {
      long least = Long.parseLong(row.text("min"));
      long most = Long.parseLong(row.text("max"));
      Stream.of(least, most, -1L, 0L, new Random(row.address()).nextLong(least, most + 1))
          .filter(raw -> raw >= least && raw <= most)
          .forEach(numbers::add);
    }
    for (String code : row.text("enum").split(";", -1)) {
      if (code.contains("=")) {
        numbers.add(Long.valueOf(code.substring(0, code.indexOf('='))));
      }
    }
    return numbers.isEmpty() ? List.of(0L, 0xFFL, 0xFF00L, 0xFFFFL) : numbers;
  }

  private static List<Integer> words(RegisterFacts row, long raw) {
    int[] words = row.words() == 2 ? RawWords.u32LowFirst(raw) : new int[] {(int) (raw & 0xFFFF)};
    return Arrays.stream(words).boxed().toList();
  }

  /// What the device shows now, by our own framing.
  private List<Integer> shown(RegisterFacts row) throws IOException {
    try (TestingWire wire = TestingWire.to(server(row))) {
      return Arrays.stream(wire.read(row.unit(), row.address(), row.words())).boxed().toList();
    }
  }
}
