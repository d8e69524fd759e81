package dev.voltbus.modbus;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.voltbus.modbus.ModbusRequest.ReadDeviceId;
import dev.voltbus.modbus.ModbusRequest.ReadDeviceId.Category;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every function that pymodbus and libmodbus serve, on every transport they have: what our client
/// reads is what they hold, and what it writes is what they hold then.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IndependentServersTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int UNIT = IndependentServer.UNIT;

  /// A server and our client to it.
  ///
  /// @param tellsId whether it serves function 43/14
  record Peer(String name, IndependentServer server, ModbusClient client, boolean tellsId) {
    @Override
    public String toString() {
      return name;
    }
  }

  private final Vertx vertx = Vertx.vertx();
  private final List<Peer> peers = new ArrayList<>();
  private final List<SerialLinePair> lines = new ArrayList<>();
  private Random dice = new Random();

  @BeforeAll
  void start() throws Exception {
    @Nullable String missing = IndependentServer.missing();
    if (missing != null) {
      assertNotEquals("all", System.getenv("VOLTBUS_REQUIRE"), missing);
      System.out.println("skipped: " + missing);
      abort(missing);
    }
    long seed = Long.getLong("voltbus.test.seed", System.nanoTime());
    System.out.println("independent servers: -Dvoltbus.test.seed=" + seed);
    dice = new Random(seed);
    listening("pymodbus-tcp", "tcp");
    listening("pymodbus-rtu+tcp", "rtu+tcp");
    listening("pymodbus-ascii+tcp", "ascii+tcp");
    listening("pymodbus-udp", "udp");
    listening("libmodbus-tcp", "tcp");
    onALine("pymodbus-rtu", "rtu");
    onALine("pymodbus-ascii", "ascii");
    onALine("libmodbus-rtu", "rtu");
  }

  /// Both ends of a serial line; 8 data bits without parity everywhere, as the servers use them.
  private void onALine(String kind, String scheme) throws Exception {
    SerialLinePair line = SerialLinePair.open();
    lines.add(line);
    IndependentServer server = IndependentServer.start(kind, line.far().toString(), "115200");
    add(kind, server, scheme + "://" + line.near() + "?baud=115200&parity=none&data=8&stop=1");
  }

  private void listening(String kind, String scheme) throws IOException {
    IndependentServer server = IndependentServer.start(kind);
    add(kind, server, scheme + "://127.0.0.1:" + server.port());
  }

  private void add(String kind, IndependentServer server, String url) {
    ModbusClient client =
        ModbusClient.create(vertx, ModbusClientOptions.of(url).withRequestTimeout(PATIENCE));
    peers.add(new Peer(kind, server, client, kind.startsWith("pymodbus")));
  }

  @AfterAll
  void stop() throws Exception {
    for (Peer peer : peers) {
      await(peer.client().close());
      peer.server().close();
    }
    for (SerialLinePair line : lines) {
      line.close();
    }
    await(vertx.close());
  }

  private List<Peer> peers() {
    return peers;
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.await(60, TimeUnit.SECONDS);
  }

  private int[] words(int count) {
    return dice.ints(count, 0, 0x10000).toArray();
  }

  private int[] bits(int count) {
    return dice.ints(count, 0, 2).toArray();
  }

  private static Bits asBits(int[] bits) {
    boolean[] flags = new boolean[bits.length];
    IntStream.range(0, bits.length).forEach(i -> flags[i] = bits[i] != 0);
    return Bits.of(flags);
  }

  @ParameterizedTest
  @MethodSource("peers")
  void registersAreRead(Peer peer) throws Exception {
    for (int count : List.of(1, 2, 125)) {
      int address = dice.nextInt(2000);
      int[] holding = words(count);
      peer.server().set("holding", address, holding);
      assertEquals(Words.of(holding), await(peer.client().readHolding(UNIT, address, count)));
      int[] input = words(count);
      peer.server().set("input", address, input);
      assertEquals(Words.of(input), await(peer.client().readInput(UNIT, address, count)));
    }
  }

  @ParameterizedTest
  @MethodSource("peers")
  void bitsAreRead(Peer peer) throws Exception {
    for (int count : List.of(1, 8, 13, 2000)) {
      int address = dice.nextInt(900);
      int[] coils = bits(count);
      peer.server().set("coil", address, coils);
      assertEquals(asBits(coils), await(peer.client().readCoils(UNIT, address, count)));
      int[] discretes = bits(count);
      peer.server().set("discrete", address, discretes);
      assertEquals(
          asBits(discretes), await(peer.client().readDiscreteInputs(UNIT, address, count)));
    }
  }

  @ParameterizedTest
  @MethodSource("peers")
  void registersAreWritten(Peer peer) throws Exception {
    int[] one = words(1);
    await(peer.client().writeRegister(UNIT, 2999, one[0]));
    assertArrayEquals(one, peer.server().get("holding", 2999, 1));
    for (int count : List.of(1, 2, 123)) {
      int address = dice.nextInt(2000);
      int[] many = words(count);
      await(peer.client().writeRegisters(UNIT, address, Words.of(many)));
      assertArrayEquals(many, peer.server().get("holding", address, count));
    }
  }

  @ParameterizedTest
  @MethodSource("peers")
  void bitsAreWritten(Peer peer) throws Exception {
    for (int on : List.of(1, 0)) {
      await(peer.client().writeCoil(UNIT, 2998, on == 1));
      assertArrayEquals(new int[] {on}, peer.server().get("coil", 2998, 1));
    }
    for (int count : List.of(1, 9, 1968)) {
      int address = dice.nextInt(1000);
      int[] many = bits(count);
      await(peer.client().writeCoils(UNIT, address, asBits(many)));
      assertArrayEquals(many, peer.server().get("coil", address, count));
    }
  }

  @ParameterizedTest
  @MethodSource("peers")
  void masksAreWritten(Peer peer) throws Exception {
    peer.server().set("holding", 100, 0xABCD);
    await(peer.client().write(ModbusRequest.MaskWrite.bits(UNIT, 100, 0x0FF0, 0x1234), PATIENCE));
    assertArrayEquals(new int[] {0xA23D}, peer.server().get("holding", 100, 1));
    // The example of application protocol V1.1b3, 6.16.
    peer.server().set("holding", 4, 0x12);
    await(peer.client().maskWrite(UNIT, 4, 0xF2, 0x25));
    assertArrayEquals(new int[] {0x17}, peer.server().get("holding", 4, 1));
  }

  @ParameterizedTest
  @MethodSource("peers")
  void registersAreWrittenAndReadAtOnce(Peer peer) throws Exception {
    int[] before = words(125);
    int[] written = words(121);
    peer.server().set("holding", 500, before);
    Words read = await(peer.client().readWriteRegisters(UNIT, 500, 125, 504, Words.of(written)));
    System.arraycopy(written, 0, before, 4, 121);
    assertEquals(Words.of(before), read);
    assertArrayEquals(before, peer.server().get("holding", 500, 125));
  }

  @ParameterizedTest
  @MethodSource("peers")
  void addressThatIsNotThereIsRefusedByName(Peer peer) {
    ModbusDeviceException refusal =
        assertThrows(
            ModbusDeviceException.class, () -> await(peer.client().readHolding(UNIT, 2999, 2)));
    assertEquals("illegal data address", refusal.exceptionName());
    assertThrows(
        ModbusDeviceException.class, () -> await(peer.client().writeCoil(UNIT, 3000, true)));
  }

  @ParameterizedTest
  @MethodSource("peers")
  void identificationIsReadWhereItIsServed(Peer peer) throws Exception {
    if (!peer.tellsId()) {
      assertNoIdentification(peer);
      return;
    }
    Map<Integer, String> basic = Map.of(0, "Voltbus", 1, "independent", 2, "3.0");
    assertEquals(basic, await(peer.client().readDeviceId(UNIT, Category.BASIC)).objects());
    DeviceId all = await(peer.client().readDeviceId(UNIT, Category.EXTENDED));
    assertEquals(List.of(0, 1, 2, 4, 0x80, 0x81, 0xFF), List.copyOf(all.objects().keySet()));
    assertEquals("x".repeat(200), all.text(0x80));
    assertEquals("y".repeat(150), all.text(0x81));
    assertEquals("\0\u00ff", all.objects().get(0xFF));
    ReadDeviceId alone = new ReadDeviceId(UNIT, Category.INDIVIDUAL, 4);
    assertEquals(Map.of(4, "p".repeat(40)), await(peer.client().read(alone, PATIENCE)).objects());
  }

  /// libmodbus refuses the function over TCP. On a line it does not know where such a request ends,
  /// and stays silent.
  private static void assertNoIdentification(Peer peer) {
    ReadDeviceId request = new ReadDeviceId(UNIT, Category.BASIC);
    ModbusException fault =
        assertThrows(
            ModbusException.class, () -> await(peer.client().read(request, Duration.ofSeconds(1))));
    if (peer.name().endsWith("tcp")) {
      assertEquals("illegal function", ((ModbusDeviceException) fault).exceptionName());
    } else {
      assertInstanceOf(ModbusTimeoutException.class, fault);
    }
  }
}
