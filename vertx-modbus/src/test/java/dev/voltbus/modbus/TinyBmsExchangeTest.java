package dev.voltbus.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Byte for byte what passes between us and a TinyBMS behind a serial converter. Requests 315, 316
/// and 5..9 and their answers are the examples of its protocol description, revision D, with its
/// CRCs.
@Timeout(30)
class TinyBmsExchangeTest {
  private static final int UNIT = 170;
  private static final String READ = "AA 03 00 05 00 05 8C 13";
  private static final String READINGS = "AA 03 0A 97 40 97 40 97 2C 97 2C 97 2C 3E C7";
  private static final String KNOCK = "AA 03 01 3B 00 01 ED E0";
  private static final String WRITE = "AA 10 01 3B 00 02 04 10 68 09 C4 19 61";
  private static final String WRITTEN = "AA 10 01 3B 00 02 28 22";
  private static final Words VALUES = Words.of(0x9740, 0x9740, 0x972C, 0x972C, 0x972C);

  private final Vertx vertx = Vertx.vertx();
  private ServerSocket device;
  private ModbusClient client;

  @BeforeEach
  void start() throws Exception {
    device = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    client =
        ModbusClient.create(
                vertx,
                ModbusClientOptions.of("rtu+tcp://127.0.0.1:" + device.getLocalPort())
                    .withRequestTimeout(Duration.ofSeconds(10)))
            .pace(UNIT, new Pacing(Duration.ZERO, true, Duration.ofSeconds(10)));
  }

  @AfterEach
  void stop() throws Exception {
    await(client.close());
    device.close();
    await(vertx.close());
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.await(10, TimeUnit.SECONDS);
  }

  /// What the device does: `>` bytes it must receive, `<` bytes it sends.
  private FutureTask<String> script(String... steps) {
    FutureTask<String> task = new FutureTask<>(() -> play(List.of(steps)));
    Thread.ofVirtual().start(task);
    return task;
  }

  private String play(List<String> steps) throws IOException {
    try (Socket socket = device.accept()) {
      socket.setSoTimeout(10_000);
      for (String step : steps) {
        byte[] bytes = HexFormat.ofDelimiter(" ").parseHex(step.substring(2));
        if (step.startsWith("<")) {
          socket.getOutputStream().write(bytes);
        } else {
          byte[] received = socket.getInputStream().readNBytes(bytes.length);
          assertEquals(step, "> " + HexFormat.ofDelimiter(" ").withUpperCase().formatHex(received));
        }
      }
      assertEquals(-1, socket.getInputStream().read(), "something else was sent");
      return "done";
    }
  }

  private void assertDone(FutureTask<String> script) throws Exception {
    await(client.close());
    assertEquals("done", script.get(10, TimeUnit.SECONDS));
  }

  @Test
  void awakeDeviceIsReadOnce() throws Exception {
    FutureTask<String> script = script("> " + READ, "< " + READINGS);
    assertEquals(VALUES, await(client.readHolding(UNIT, 5, 5)));
    assertDone(script);
  }

  @Test
  void sleepingDeviceIsReadTwice() throws Exception {
    FutureTask<String> script = script("> " + READ, "> " + READ, "< " + READINGS);
    assertEquals(VALUES, await(client.readHolding(UNIT, 5, 5)));
    assertDone(script);
  }

  @Test
  void sleepingDeviceIsWokenByAReadAndWrittenOnce() throws Exception {
    FutureTask<String> script = script("> " + KNOCK, "> " + WRITE, "< " + WRITTEN);
    await(client.writeRegisters(UNIT, 315, Words.of(4200, 2500)));
    assertDone(script);
  }

  @Test
  void awakeDeviceIsWrittenOnceToo() throws Exception {
    FutureTask<String> script =
        script("> " + KNOCK, "< AA 03 02 10 68 91 B2", "> " + WRITE, "< " + WRITTEN);
    await(client.writeRegisters(UNIT, 315, Words.of(4200, 2500)));
    assertDone(script);
  }

  @Test
  void errorFrameRefusesAtOnceAndTheNextRequestGoesOn() throws Exception {
    FutureTask<String> script =
        script("> " + READ, "< AA 00 03 00 21 0C", "> " + READ, "< " + READINGS);
    ModbusDeviceException refusal =
        assertThrows(ModbusDeviceException.class, () -> await(client.readHolding(UNIT, 5, 5)));
    assertEquals(
        client.options().endpoint()
            + " unit 170: holding 5..9 refused, error frame with error 0 (command not accepted)",
        refusal.getMessage());
    assertEquals(VALUES, await(client.readHolding(UNIT, 5, 5)));
    assertDone(script);
  }

  @Test
  void errorFrameToAWriteWithADamagedChecksumSaysNotNow() throws Exception {
    FutureTask<String> script =
        script("> " + KNOCK, "< AA 03 02 10 68 91 B2", "> " + WRITE, "< AA 00 10 01 ED FC");
    ModbusDeviceException refusal =
        assertThrows(
            ModbusDeviceException.class,
            () -> await(client.writeRegisters(UNIT, 315, Words.of(4200, 2500))));
    assertEquals(6, refusal.exceptionCode());
    assertDone(script);
  }
}
