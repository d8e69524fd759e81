package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.simulator.BatterySite;
import dev.voltbus.simulator.FaultText;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The commissioning commands against the simulated batteries.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommissioningTest {
  private static final String UNIT = Integer.toString(BatterySite.TINYBMS_UNIT);

  private final Vertx vertx = Vertx.vertx();
  private final BatterySite site = new BatterySite(0, 0);

  @BeforeAll
  void start() {
    vertx.deployVerticle(site).await();
    site.pin(BatterySite.TINYBMS_UNIT, 36, 0x3333, 0x4253).await();
    site.pin(BatterySite.TINYBMS_UNIT, 40, 3275).await();
  }

  @AfterAll
  void stop() {
    vertx.close().await();
  }

  /// The machine may be busy; none of these tests is about time.
  private static CommandRun run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    if (!arguments[0].equals("decode") || all.contains("--url")) {
      all.addAll(List.of("--timeout", "20s"));
    }
    return CommandRun.of(all.toArray(String[]::new));
  }

  private String pack() {
    return "tcp://127.0.0.1:" + site.packServer().port();
  }

  private String tower() {
    return "tcp://127.0.0.1:" + site.towerServer().port();
  }

  @Test
  void readSaysWhatWentOnTheWireAndShowsRawAndDecodedWords() {
    CommandRun run =
        run("read", pack(), "--unit", UNIT, "--address", "h36", "--type", "f32", "--order", "cdab");
    assertEquals(0, run.code(), run::err);
    assertTrue(
        run.out().startsWith("on the wire: FC3 address 0x0024 (36), count 2, unit 170\n"),
        run::out);
    assertTrue(run.out().contains("    36  0x0024  3333  13107   13107"), run::out);
    assertTrue(run.out().contains("    37  0x0025  4253  16979   16979"), run::out);
    assertTrue(run.out().contains("    36  f32 cdab  52.8\n"), run::out);
  }

  @Test
  void numberCountedFromOneIsReadAtTheAddressBefore() {
    CommandRun run = run("read", pack(), "--unit", UNIT, "--address", "40041");
    assertEquals(0, run.code(), run::err);
    assertTrue(
        run.out().startsWith("note: 40041 is taken as number 41 of table holding"), run::out);
    assertTrue(run.out().contains("FC3 address 0x0028 (40), count 1"), run::out);
    assertTrue(run.out().contains("0ccb   3275"), run::out);
  }

  // Off by one shows itself when the neighbours stand beside the register.
  @Test
  void aroundShowsTheRegisterBetweenItsNeighbours() {
    CommandRun run =
        run(
            "read",
            pack(),
            "--unit",
            UNIT,
            "--address",
            "41",
            "--around",
            "--type",
            "u16",
            "--scale",
            "0.001");
    assertEquals(0, run.code(), run::err);
    List<String> lines = run.out().lines().toList();
    assertEquals("one before FC3 address 0x0028 (40), count 1: 0ccb", lines.get(0));
    assertEquals("    40  u16 ab x 0.001  3.275", lines.get(1));
    assertTrue(lines.get(2).startsWith("as asked   FC3 address 0x0029 (41), count 1: "), run::out);
    assertTrue(lines.get(4).startsWith("one after  FC3 address 0x002A (42), count 1: "), run::out);
  }

  @Test
  void registersOfADeviceFileAreReadByKey() {
    CommandRun run =
        run(
            "read",
            pack(),
            "--unit",
            UNIT,
            "--config",
            "config",
            "--device",
            "tinybms",
            "--key",
            "battery_pack_voltage,min_cell_voltage");
    assertEquals(0, run.code(), run::err);
    assertTrue(run.out().contains("FC3 address 0x0024 (36), count 5, unit 170"), run::out);
    assertTrue(
        run.out().matches("(?s).*holding 36\\.\\.37 +battery_pack_voltage +52\\.80 V.*"), run::out);
    assertTrue(run.out().matches("(?s).*holding 40 +min_cell_voltage +3275 mV.*0ccb.*"), run::out);
  }

  // Each register of the shipped map of the simulated device is there and is decoded.
  @Test
  void wholeDeviceFileIsReadInFewRequests() {
    CommandRun run = run("read", tower(), "--unit", "21", "--config", "config", "--device", "byd");
    assertEquals(0, run.code(), run::err);
    assertTrue(run.out().contains("soc"), run::out);
    long questions = run.out().lines().filter(line -> line.startsWith("on the wire")).count();
    assertTrue(questions <= 12, run::out);
  }

  @Test
  void watchReadsAgainAndAgain() {
    CommandRun run =
        run("read", pack(), "--unit", UNIT, "--address", "40", "--watch", "10ms", "--times", "3");
    assertEquals(0, run.code(), run::err);
    assertEquals(3, run.out().lines().filter(line -> line.contains("0ccb")).count(), run::out);
  }

  @Test
  void refusalIsOneLineWithCodeAndOneWithAdvice() {
    CommandRun run = run("read", pack(), "--unit", UNIT, "--address", "9000");
    assertEquals(1, run.code());
    assertEquals(
        pack()
            + " unit 170: holding 9000 refused, exception 2 (illegal data address)\n"
            + "  try: --around, another --table or a smaller --count\n",
        run.err());
  }

  @Test
  void decodeOfAReadBlockFindsTheExpectedValueFirst() {
    CommandRun run =
        run(
            "decode",
            "--url",
            pack(),
            "--unit",
            UNIT,
            "--address",
            "36",
            "--count",
            "2",
            "--expect",
            "52.8");
    assertEquals(0, run.code(), run::err);
    List<String> lines = run.out().lines().toList();
    assertEquals("on the wire: FC3 address 0x0024 (36), count 2, unit 170", lines.get(0));
    assertEquals("2 word(s): 3333 4253", lines.get(1));
    assertTrue(lines.get(3).startsWith(" * word 0..1  f32 cdab"), run::out);
    assertTrue(lines.get(3).endsWith("-> type: f32, order: cdab"), run::out);
  }

  @Test
  void decodeNeedsNoDevice() {
    CommandRun run = run("decode", "0x4253,0x3333", "--expect", "52.8");
    assertEquals(0, run.code(), run::err);
    assertTrue(run.out().contains(" * word 0..1  f32 abcd"), run::out);
    assertEquals(run.out(), run("decode", "--decimal", "16979", "13107", "--expect=52.8").out());
  }

  @Test
  void probeNamesTheUnitsTheDeviceFileAndTheSectionsForTheSiteFile() {
    CommandRun run = run("probe", pack(), "--config", "config", "--units", "1,2,170");
    assertEquals(0, run.code(), run::err);
    assertTrue(run.out().startsWith(pack() + ": connected after "), run::out);
    assertTrue(run.out().contains("units 1-2, 170 are asked for FC3 address 0x0000 (0)"), run::out);
    assertTrue(run.out().contains("  unit   1 answers, after "), run::out);
    assertTrue(run.out().contains("  unit 170 answers, after "), run::out);
    assertTrue(run.out().contains("unit 170:\n  round trip of 10 reads: least "), run::out);
    assertTrue(run.out().contains("  may fit: tinybms (6 of 6 sample registers"), run::out);
    assertTrue(
        run.out().contains("    type: tinybms\n    link: link-1\n    unit: 170\n"), run::out);
    assertTrue(run.out().contains("links:\n  link-1:\n    url: " + pack() + "\n"), run::out);
  }

  @Test
  void probeAsksTheFirstTenUnitsAndTheUsualOnesOfTheDeviceFiles() {
    CommandRun run = run("probe", tower(), "--config", "config");
    assertEquals(0, run.code(), run::err);
    assertTrue(run.out().contains("units 1-10, "), run::out);
    assertTrue(run.out().contains("  unit  21 answers, after "), run::out);
    assertTrue(run.out().contains("  may fit: byd (6 of 6 "), run::out);
  }

  @Test
  void probeOfAPortNobodyListensOnSaysWhatToTry() {
    int port = PackagedProduct.freePort();
    CommandRun run = run("probe", "tcp://127.0.0.1:" + port, "--config", "config");
    assertEquals(1, run.code());
    assertTrue(run.err().startsWith("tcp://127.0.0.1:" + port + ": cannot connect: "), run::err);
    assertTrue(run.err().contains("\n  try: another port; "), run::err);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "read tcp://127.0.0.1:1",
        "read 127.0.0.1 --address 1",
        "read tcp://127.0.0.1:1 --address nowhere",
        "read tcp://127.0.0.1:1 --address 1 --unit 256",
        "read tcp://127.0.0.1:1 --address 1 --count 126",
        "read tcp://127.0.0.1:1 --address 65535 --count 2",
        "read tcp://127.0.0.1:1 --address 1 --table register",
        "read tcp://127.0.0.1:1 --address 1 --type i16",
        "read tcp://127.0.0.1:1 --address 1 --timeout 5",
        "read tcp://127.0.0.1:1 --address 1 --watch 0s",
        "read tcp://127.0.0.1:1 --config config --device tinybmss",
        "read tcp://127.0.0.1:1 --config config --device tinybms --key battery_pack_volt",
        "read tcp://127.0.0.1:1 --config config --device tinybms --address 1",
        "decode",
        "decode 42533",
        "decode --decimal 65536",
        "decode 4253 --url tcp://127.0.0.1:1",
        "decode 4253 --expect 1 --tolerance -1",
        "probe tcp://127.0.0.1:1 --units 1-300",
        "probe tcp://127.0.0.1:1 --units 5-1",
        "probe modbus://127.0.0.1:1"
      })
  void everyFaultOfTheCommandLineIsClearAndEndsWithExitCodeTwo(String arguments) {
    CommandRun run = CommandRun.of(arguments.split(" "));
    assertEquals(2, run.code(), run::out);
    assertTrue(run.err().lines().count() <= 2, run::err);
    assertTrue(run.err().lines().skip(1).allMatch(line -> line.startsWith("  try: ")), run::err);
    assertFalse(run.err().contains("\tat "), run::err);
    assertFalse(run.err().contains("Exception"), run::err);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "read 127.0.0.1:502 --address 1|  try: tcp://127.0.0.1:502",
        "read /dev/ttyUSB0 --address 1|  try: rtu:///dev/ttyUSB0",
        "read tcp://127.0.0.1:1 --address 1 --count 500|--count 500 is not in 1..125, the most",
        "read tcp://127.0.0.1:1 --address c1 --count 2001|--count 2001 is not in 1..2000, the",
        "read tcp://127.0.0.1:1 --address 65530 --count 9|reaches beyond the last address, 65535",
        "read tcp://127.0.0.1:1 --unti 1|--unit",
        "read tcp://127.0.0.1:1 --unit one|'one' is not an int",
        "trace --site config/sites/demo.yaml --config config|--device is missing; this site has"
            + " bms",
        "read --site config/sites/demo.yaml --config config --device bms1|did you mean `bms-1`?",
        "probe --site config/sites/demo.yaml --config config --link bms-1|known: ",
        "read tcp://127.0.0.1:1 --site config/sites/demo.yaml|either a URL",
      })
  void wrongCommandLineIsToldWhatWasMeant(String arguments, String words) {
    CommandRun run = CommandRun.of(arguments.split(" "));
    assertEquals(2, run.code(), run::out);
    assertTrue(run.err().contains(words), run::err);
  }

  @Test
  void serialPortThatIsNotThereIsToldWithThoseThatAre() {
    CommandRun run = run("read", "rtu:///dev/voltbus-none", "--address", "1");
    assertEquals(1, run.code());
    assertTrue(run.err().contains("serial port /dev/voltbus-none is not there\n  try: "), run::err);
  }

  // Of a request that is refused as a whole it must show which register is the bad one.
  @Test
  void refusedRequestIsAskedAgainRegisterByRegister(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("own.yaml");
    Files.writeString(
        file,
        """
        device: own
        unit: 170
        groups: { live: { period: 1s } }
        source: a test
        limits: { largest-gap: 20 }
        registers:
          - { address: 40, key: lowest, type: u16, group: live }
          - { address: 41, key: highest, type: u16, group: live }
          - { address: 60, key: nowhere, type: u16, group: live }
        """);
    CommandRun run = run("read", pack(), "--device", file.toString(), "--config", "config");
    assertEquals(1, run.code(), run::err);
    assertTrue(run.out().contains("refused, exception 2 (illegal data address); register by"));
    assertTrue(run.out().matches("(?s).*holding 40 +lowest +3275 .*"), run::out);
    assertTrue(run.out().matches("(?s).*holding 60 +nowhere +exception 2 .*"), run::out);
    assertTrue(run.err().contains("not all that was asked for came\n  try: --around, "), run::err);
  }

  // The first frame only wakes such a device; its silence must not send anybody looking for cables.
  @Test
  void deviceThatSleepsIsReadAndToldToBeOne() {
    site.towerServer().fault(21, FaultText.parse("next:1:drop"));
    CommandRun run = CommandRun.of("read", tower(), "--unit=21", "--address=300", "--timeout=2s");
    assertEquals(0, run.code(), run::err);
    assertTrue(run.out().contains("note: silent at first, answered when asked again"), run::out);
  }

  @Test
  void unitThatNeverAnswersIsToldWithTheLimitAndWhatToTry() {
    CommandRun run = CommandRun.of("read", pack(), "--unit=5", "--address=1", "--timeout=100ms");
    assertEquals(1, run.code());
    assertTrue(run.err().contains("\n  try: another --unit"), run::err);
  }
}
