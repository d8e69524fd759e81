package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.modbus.DeviceId;
import dev.voltbus.modbus.ModbusAnswer;
import dev.voltbus.modbus.ModbusRequest;
import dev.voltbus.modbus.ModbusServer;
import dev.voltbus.modbus.ModbusServerOptions;
import dev.voltbus.modbus.Words;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// `voltbus probe` and `read` at a device with SunSpec models and a device identification. The
/// words are laid out after the SunSpec specification's own example of a common model.
class SunSpecCommissioningTest {
  private static final String MADE_BY = "Sunny Example GmbH";

  private final Vertx vertx = Vertx.vertx();
  private final Map<Integer, Integer> words = new TreeMap<>();

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  private void text(int address, int length, String text) {
    for (int i = 0; i < length; i++) {
      int high = 2 * i < text.length() ? text.charAt(2 * i) : 0;
      int low = 2 * i + 1 < text.length() ? text.charAt(2 * i + 1) : 0;
      words.put(address + i, high << 8 | low);
    }
  }

  /// Marker, common model, three-phase inverter, end.
  private void models(int base) {
    words.put(base, 0x5375);
    words.put(base + 1, 0x6E53);
    words.put(base + 2, 1);
    words.put(base + 3, 66);
    text(base + 4, 16, MADE_BY);
    text(base + 20, 16, "Inverter 10K");
    text(base + 36, 8, "");
    text(base + 44, 8, "1.2.3");
    text(base + 52, 16, "SN-4711");
    words.put(base + 68, 1);
    words.put(base + 69, 0x8000);
    words.put(base + 70, 103);
    words.put(base + 71, 50);
    words.put(base + 122, 0xFFFF);
    words.put(base + 123, 0);
  }

  private String serve() {
    ModbusServer server =
        ModbusServer.create(vertx, ModbusServerOptions.of("127.0.0.1", 0), this::answer);
    server.listen().await();
    return "tcp://127.0.0.1:" + server.port();
  }

  private Future<ModbusAnswer> answer(ModbusRequest request, String client) {
    return Future.succeededFuture(
        switch (request) {
          case ModbusRequest read when read.unit() != 126 -> new ModbusAnswer.Refused(11);
          case ModbusRequest.ReadHolding read -> holding(read);
          case ModbusRequest.ReadDeviceId id ->
              new ModbusAnswer.Identification(
                  new DeviceId(1, new TreeMap<>(Map.of(0, MADE_BY, 1, "INV10", 2, "1.2.3"))));
          default -> new ModbusAnswer.Refused(1);
        });
  }

  private ModbusAnswer holding(ModbusRequest.ReadHolding read) {
    int[] found = new int[read.count()];
    for (int i = 0; i < found.length; i++) {
      Integer word = words.get(read.address() + i);
      if (word == null) {
        return new ModbusAnswer.Refused(2);
      }
      found[i] = word;
    }
    return new ModbusAnswer.Registers(Words.of(found));
  }

  private static CommandRun probe(String url) {
    return CommandRun.of("probe", url, "--units=3,126", "--config=config", "--timeout=20s");
  }

  @Test
  void probeListsTheModelsAndWhatTheDeviceSaysAboutItself() {
    models(40_000);
    CommandRun run = probe(serve());
    assertEquals(0, run.code(), run::err);
    assertTrue(
        run.out().contains("unit 126 answers with exception 2 (illegal data address)"), run::out);
    assertTrue(
        run.out().contains("the unit behind it is not (exception 10 or 11): unit 3"), run::out);
    assertTrue(
        run.out()
            .contains("  device id: vendor Sunny Example GmbH, product INV10, revision 1.2.3\n"),
        run::out);
    assertTrue(run.out().contains("  SunSpec: at 40000, 2 model(s)\n"), run::out);
    assertTrue(
        run.out()
            .contains(
                "    Sunny Example GmbH, Inverter 10K, version 1.2.3, serial number SN-4711\n"),
        run::out);
    assertTrue(run.out().contains("    model 1 (common) at 40002, 66 words\n"), run::out);
    assertTrue(
        run.out().contains("    model 103 (inverter, integers) at 40070, 50 words\n"), run::out);
  }

  @Test
  void theOtherBaseAddressesAreTriedToo() {
    models(50_000);
    CommandRun run = probe(serve());
    assertTrue(run.out().contains("  SunSpec: at 50000, 2 model(s)\n"), run::out);
  }

  // A broken list must not end the probe, nor go on for ever.
  @Test
  void listWithoutAnEndIsShownAsFarAsItGoes() {
    models(40_000);
    words.remove(40_122);
    CommandRun run = probe(serve());
    assertEquals(0, run.code(), run::err);
    assertTrue(run.out().contains("    the list ends: read of 40122 refused\n"), run::out);
    for (int address = 0; address < 400; address++) {
      words.put(40_070 + address, address % 2 == 0 ? 103 : 0);
    }
    CommandRun endless = probe(serve());
    assertTrue(endless.out().contains("the list ends: more than 200 models"), endless::out);
  }

  private static CommandRun read(String url, String... more) {
    List<String> all = new ArrayList<>(List.of("read", url, "--unit=126", "--device=sunspec"));
    all.addAll(List.of("--config=config", "--timeout=20s"));
    all.addAll(List.of(more));
    return CommandRun.of(all.toArray(String[]::new));
  }

  // The addresses in a map are nominal: only the device knows where a model stands.
  @Test
  void readTakesEachPointFromWhereTheDeviceHasItsModel() {
    models(50_000);
    IntStream.range(50_072, 50_122).forEach(address -> words.put(address, 0));
    words.put(50_084, 4321);
    words.put(50_085, 0xFFFF);
    CommandRun run = read(serve(), "--key=inverter_w,m1_sn");
    assertEquals(0, run.code(), run::err);
    assertTrue(
        run.out().startsWith("SunSpec mark at 50000, 2 model(s), the list ends: id 65535 at 50122"),
        run::out);
    assertTrue(run.out().contains("  model 103 at 50070\n"), run::out);
    assertTrue(run.out().contains("  model 802 is not in the device\n"), run::out);
    assertTrue(
        run.out().matches("(?s).*holding 50084 +inverter_w +432\\.1 W +\\[10e1].*"), run::out);
    assertTrue(run.out().contains("\"SN-4711\""), run::out);
  }

  @Test
  void pointOfAModelThatIsNotThereIsAFaultOnlyIfItWasAskedFor() {
    models(40_000);
    IntStream.range(40_072, 40_122).forEach(address -> words.put(address, 0));
    String url = serve();
    assertEquals(0, read(url).code());
    CommandRun run = read(url, "--key=soc");
    assertEquals(1, run.code());
    assertTrue(run.out().contains("  model 802 is not in the device\n"), run::out);
  }

  @Test
  void deviceWithoutTheMarkIsToldWhereItWasLookedFor() {
    CommandRun run = read(serve());
    assertEquals(1, run.code());
    assertTrue(run.out().contains("no SunSpec mark at [40000, 50000, 0]: another unit"), run::out);
  }
}
