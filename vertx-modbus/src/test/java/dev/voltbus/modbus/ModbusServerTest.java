package dev.voltbus.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.modbus.ModbusRequest.MaskWrite;
import dev.voltbus.modbus.ModbusRequest.ReadBits;
import dev.voltbus.modbus.ModbusRequest.ReadDeviceId;
import dev.voltbus.modbus.ModbusRequest.ReadDeviceId.Category;
import dev.voltbus.modbus.ModbusRequest.ReadWords;
import dev.voltbus.modbus.ModbusRequest.ReadWriteRegisters;
import dev.voltbus.modbus.ModbusRequest.Write;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The server against bytes written by hand and against our own client.
@Timeout(30)
class ModbusServerTest {
  private static final DeviceId LONG_ID =
      new DeviceId(
          0x83,
          new TreeMap<>(
              Map.of(
                  0, "Voltbus", 1, "mirror", 2, "1", 128, "x".repeat(200), 129, "y".repeat(100))));

  private final Vertx vertx = Vertx.vertx();
  private final List<ModbusClient> clients = new ArrayList<>();
  private final List<Socket> sockets = new ArrayList<>();
  private final List<String> seen = new ArrayList<>();
  private volatile ModbusServer.Device device = (request, client) -> answer(request);
  private ModbusServer server;

  @BeforeEach
  void start() throws Exception {
    server = listen(ModbusServerOptions.of("127.0.0.1", 0));
  }

  private ModbusServer listen(ModbusServerOptions options) throws Exception {
    return await(
        ModbusServer.create(vertx, options, (request, client) -> device.answer(request, client))
            .listen());
  }

  @AfterEach
  void stop() throws Exception {
    for (Socket socket : sockets) {
      socket.close();
    }
    for (ModbusClient client : clients) {
      await(client.close());
    }
    await(server.close());
    await(vertx.close());
  }

  private Future<ModbusAnswer> answer(ModbusRequest request) {
    seen.add(request.unit() + " " + request.description());
    return Future.succeededFuture(
        switch (request) {
          case ReadWords r -> new ModbusAnswer.Registers(words(r.address(), r.count()));
          case ReadWriteRegisters r -> new ModbusAnswer.Registers(words(r.address(), r.count()));
          case ReadBits r -> new ModbusAnswer.Flags(bits(r.address(), r.count()));
          case Write _ -> new ModbusAnswer.Done();
          case ReadDeviceId _ -> new ModbusAnswer.Identification(LONG_ID);
        });
  }

  private static Words words(int address, int count) {
    return Words.of(IntStream.range(address, address + count).toArray());
  }

  private static Bits bits(int address, int count) {
    boolean[] bits = new boolean[count];
    for (int i = 0; i < count; i++) {
      bits[i] = (address + i) % 3 == 0;
    }
    return Bits.of(bits);
  }

  private ModbusClient client() {
    ModbusClient client =
        ModbusClient.create(
            vertx,
            ModbusClientOptions.of("tcp://127.0.0.1:" + server.port())
                .withRequestTimeout(Duration.ofSeconds(10)));
    clients.add(client);
    return client;
  }

  private Socket socket() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout(10_000);
    sockets.add(socket);
    return socket;
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.await(10, TimeUnit.SECONDS);
  }

  private static void send(Socket socket, String hex) throws IOException {
    OutputStream output = socket.getOutputStream();
    output.write(FrameTextTest.hex(hex));
    output.flush();
  }

  private static String receive(Socket socket) throws IOException {
    DataInputStream input = new DataInputStream(socket.getInputStream());
    byte[] head = input.readNBytes(6);
    if (head.length == 0) {
      return "closed";
    }
    byte[] rest = input.readNBytes(Pdu.unsigned(head, 4));
    return HexFormat.of().formatHex(head) + HexFormat.of().formatHex(rest);
  }

  // ---- right requests

  @Test
  void everyFunctionIsAnswered() throws Exception {
    ModbusClient client = client();
    assertEquals(words(65411, 125), await(client.readHolding(0, 65411, 125)));
    assertEquals(words(5, 2), await(client.readInput(255, 5, 2)));
    assertEquals(bits(10, 2000), await(client.readCoils(1, 10, 2000)));
    assertEquals(bits(0, 1), await(client.readDiscreteInputs(1, 0, 1)));
    await(client.writeCoil(1, 3, true));
    await(client.writeRegister(1, 4, 7));
    await(client.writeCoils(1, 5, Bits.of(true, false)));
    await(client.writeRegisters(1, 6, Words.of(1, 2)));
    await(client.write(new MaskWrite(1, 7, 1, 2), Duration.ofSeconds(10)));
    assertEquals(words(9, 1), await(client.readWriteRegisters(1, 9, 1, 8, Words.of(5))));
    assertEquals(
        List.of(
            "0 holding 65411..65535",
            "255 input 5..6",
            "1 coil 10..2009",
            "1 discrete 0",
            "1 write coil 3",
            "1 write holding 4",
            "1 write coil 5..6",
            "1 write holding 6..7",
            "1 mask write holding 7",
            "1 write holding 8 and read holding 9"),
        seen);
  }

  @Test
  void identificationIsCutIntoAnswersAndJoinedAgain() throws Exception {
    ModbusClient client = client();
    assertEquals(LONG_ID, await(client.readDeviceId(1, Category.EXTENDED)));
    assertEquals(2, seen.size());
    assertEquals(
        Map.of(0, "Voltbus", 1, "mirror", 2, "1"),
        await(client.readDeviceId(1, Category.BASIC)).objects());
    assertEquals(
        Map.of(1, "mirror"),
        await(client.read(new ReadDeviceId(1, Category.INDIVIDUAL, 1), Duration.ofSeconds(10)))
            .objects());
  }

  // Application protocol V1.1b3, 6.21.
  @Test
  void objectThatIsMissingIsRefusedAloneAndBeginsAWalkAnew() throws Exception {
    Socket socket = socket();
    send(socket, "0001 0000 0005 01 2B 0E 04 07");
    assertEquals("000100000003" + "01" + "ab02", receive(socket));
    for (String object : List.of("07", "80")) {
      send(socket, "0002 0000 0005 01 2B 0E 01 " + object);
      assertTrue(
          receive(socket).startsWith("0002000000" + "1c" + "012b0e01830000030007566f6c74627573"));
    }
  }

  @Test
  void requestsSentAheadAreAnsweredInOrder() throws Exception {
    List<Promise<ModbusAnswer>> held = new ArrayList<>();
    device =
        (request, client) -> {
          Promise<ModbusAnswer> answer = Promise.promise();
          held.add(answer);
          vertx.setTimer(
              held.size() == 1 ? 100 : 1,
              id -> answer.complete(new ModbusAnswer.Registers(words(request.address(), 1))));
          return answer.future();
        };
    Socket socket = socket();
    send(socket, "0001 0000 0006 01 03 0001 0001" + "0002 0000 0006 01 03 0002 0001" + "0003 0000");
    assertEquals("000100000005010302" + "0001", receive(socket));
    assertEquals("000200000005010302" + "0002", receive(socket));
    send(socket, "0006 01 03 0003 0001");
    assertEquals("000300000005010302" + "0003", receive(socket));
  }

  @Test
  void thousandsOfRequestsAtOnceAreAnswered() throws Exception {
    Socket socket = socket();
    int count = 5000;
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < count; i++) {
      all.append("%04x00000006010300050001".formatted(i));
    }
    Thread writer = Thread.ofVirtual().start(() -> sendQuietly(socket, all.toString()));
    for (int i = 0; i < count; i++) {
      assertEquals("%04x000000050103020005".formatted(i), receive(socket));
    }
    writer.join();
  }

  private static void sendQuietly(Socket socket, String hex) {
    try {
      send(socket, hex);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- wrong requests

  @ParameterizedTest
  @CsvSource({
    "03 0000 0000, 8303",
    "03 0000 007E, 8303",
    "03 FFFF 0002, 8302",
    "03 0000, 8303",
    "03 0000 0001 00, 8303",
    "01 0000 07D1, 8103",
    "05 0000 0001, 8503",
    "06 0000, 8603",
    "0F 0000 0009 01 FF, 8f03",
    "0F 0000 0000 00, 8f03",
    "10 0000 0001 02 00, 9003",
    "10 0000 0002 02 0000, 9003",
    "10 FFFF 0002 04 00000000, 9002",
    "16 0000 0000, 9603",
    "17 0000 0001 0000 0000 00, 9703",
    "17 0000 007E 0000 0001 02 0000, 9703",
    "17 FFFF 0002 0000 0001 02 0000, 9702",
    "17 0000 0001 FFFF 0002 04 00000000, 9702",
    "2B 0D 01 00, ab01",
    "2B 0E 05 00, ab03",
    "2B 0E 01, ab03",
    "08 0000 0000, 8801",
    "07, 8701",
    "00, 8001",
    "83 02, 8301",
  })
  void requestOutsideTheLimitsIsRefusedBeforeTheDevice(String pdu, String refusal)
      throws Exception {
    Socket socket = socket();
    String bytes = pdu.replace(" ", "");
    send(socket, "00090000%04x11%s".formatted(1 + bytes.length() / 2, bytes));
    assertEquals("00090000000311" + refusal, receive(socket));
    assertEquals(List.of(), seen);
    send(socket, "000A 0000 0006 01 03 0001 0001");
    assertEquals("000a00000005010302" + "0001", receive(socket));
    assertEquals(1, server.counters().refusals());
  }

  @ParameterizedTest
  @CsvSource({
    "0001 0001 0006 01 03 0001 0001",
    "0001 0000 0000 01",
    "0001 0000 0001 01",
    "0001 0000 00FF 01 03",
    "474554202F20485454502F312E310D0A",
  })
  void bytesThatAreNoModbusCloseTheConnectionAndNoOther(String hex) throws Exception {
    Socket good = socket();
    Socket bad = socket();
    send(bad, hex);
    assertEquals("closed", receive(bad));
    send(good, "0001 0000 0006 01 03 0001 0001");
    assertEquals("000100000005010302" + "0001", receive(good));
    assertEquals(1, server.counters().malformed());
  }

  // The other clients must not suffer from one that sends rubbish.
  @Test
  void spoiltFramesEndAtMostTheirOwnConnection() throws Exception {
    long seed = Long.getLong("voltbus.test.seed", System.nanoTime());
    System.out.println("server under spoilt frames: -Dvoltbus.test.seed=" + seed);
    SpoiltFrames frames = new SpoiltFrames(seed);
    Socket good = socket();
    for (int i = 0; i < 200; i++) {
      ModbusRequest request = frames.request();
      byte[] right = frames.framed(FrameForm.TCP, i, request.unit(), RequestPdu.of(request));
      try (Socket bad = socket()) {
        offer(bad, frames.spoilt(right));
      }
      send(good, "0001 0000 0006 01 03 0001 0001");
      assertEquals("000100000005010302" + "0001", receive(good));
    }
    assertEquals(201, server.counters().connections());
  }

  /// Sends the bytes and waits for the server to end the connection.
  private static void offer(Socket socket, byte[] bytes) throws IOException {
    try {
      socket.getOutputStream().write(bytes);
      socket.shutdownOutput();
      assertTrue(socket.getInputStream().readAllBytes().length < 100_000);
    } catch (SocketException e) {
      // A reset is an end too: the server may close while bytes are on their way.
    }
  }

  // ---- a device with faults

  @Test
  void deviceThatThrowsFailsOrLiesIsRefusedForIt() throws Exception {
    ModbusClient client = client();
    device =
        (request, asking) -> {
          throw new IllegalStateException("no such thing");
        };
    assertEquals(4, refusal(client.readHolding(1, 0, 1)));
    device = (request, asking) -> Future.failedFuture("no");
    assertEquals(4, refusal(client.readHolding(1, 0, 1)));
    device = (request, asking) -> Future.succeededFuture(new ModbusAnswer.Registers(words(0, 2)));
    assertEquals(4, refusal(client.readHolding(1, 0, 1)));
    assertEquals(4, refusal(client.readCoils(1, 0, 16)));
    assertEquals(4, refusal(client.writeRegister(1, 0, 16)));
    device = (request, asking) -> Future.succeededFuture(new ModbusAnswer.Done());
    assertEquals(4, refusal(client.readHolding(1, 0, 1)));
    device = (request, asking) -> Future.succeededFuture(new ModbusAnswer.Refused(10));
    assertEquals(10, refusal(client.readHolding(1, 0, 1)));
    device = (request, asking) -> answer(request);
    assertEquals(words(0, 1), await(client.readHolding(1, 0, 1)));
  }

  private static int refusal(Future<?> future) {
    return assertThrows(ModbusDeviceException.class, () -> await(future)).exceptionCode();
  }

  // ---- connections

  @Test
  void oneConnectionTooManyIsTurnedAway() throws Exception {
    await(server.close());
    server = listen(ModbusServerOptions.of("127.0.0.1", 0).withMostConnections(2));
    Socket first = socket();
    Socket second = socket();
    for (Socket socket : List.of(first, second)) {
      send(socket, "0001 0000 0006 01 03 0001 0001");
      assertEquals("000100000005010302" + "0001", receive(socket));
    }
    assertEquals("closed", receive(socket()));
    assertEquals(2, server.counters().open());
    assertEquals(1, server.counters().turnedAway());
    first.close();
    while (server.counters().open() > 1) {
      Thread.onSpinWait();
    }
    Socket third = socket();
    send(third, "0001 0000 0006 01 03 0001 0001");
    assertEquals("000100000005010302" + "0001", receive(third));
  }

  @Test
  void idleAndHalfOpenConnectionsAreClosed() throws Exception {
    await(server.close());
    server = listen(ModbusServerOptions.of("127.0.0.1", 0).withIdleTimeout(Duration.ofSeconds(1)));
    Socket idle = socket();
    send(idle, "0001 0000");
    assertEquals("closed", receive(idle));
    device = (request, client) -> Promise.<ModbusAnswer>promise().future();
    Socket unanswered = socket();
    send(unanswered, "0001 0000 0006 01 03 0001 0001");
    assertEquals("closed", receive(unanswered));
  }

  @Test
  void closeEndsAllConnections() throws Exception {
    Socket socket = socket();
    send(socket, "0001 0000 0006 01 03 0001 0001");
    assertEquals("000100000005010302" + "0001", receive(socket));
    await(server.close());
    assertEquals("closed", receive(socket));
  }
}
