package dev.voltbus.simulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.voltbus.contract.BitSlice;
import dev.voltbus.contract.ByteOrder;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.RawRange;
import dev.voltbus.contract.ReadLimits;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.Scaling;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import dev.voltbus.contract.WordOrder;
import dev.voltbus.simulator.SimulatedDevice.Table;
import io.vertx.core.buffer.Buffer;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// The words here were worked out by hand, not by the codec the device uses.
class ProfileDeviceTest {
  private final AtomicLong nanos = new AtomicLong();

  private static RegisterMap map(RegisterSpec... registers) {
    return new RegisterMap(
        "thing",
        List.of(registers),
        List.of(PollGroup.every(RegisterSpec.DEFAULT_GROUP, Duration.ofSeconds(1))),
        new ReadLimits(125, 4));
  }

  private static RegisterSpec row(String key, int address, WireType type) {
    return RegisterSpec.of(key, WireSource.holding(address, type));
  }

  private ProfileDevice device(RegisterMap map, Profile profile) {
    return new ProfileDevice(map, profile, nanos::get);
  }

  private static int[] read(ProfileDevice device, int address, int count) throws Refusal {
    return device.device().read(Table.HOLDING, address, count);
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @Test
  void valuesStandInTheWordsTheDeviceFileDescribes() throws Refusal {
    RegisterSpec lowFirst =
        RegisterSpec.of(
            "power", WireSource.holding(2, WireType.S32).withWordOrder(WordOrder.LOW_FIRST));
    RegisterSpec swapped =
        RegisterSpec.of(
            "swapped", WireSource.holding(4, WireType.U16).withByteOrder(ByteOrder.LOW_FIRST));
    RegisterSpec negated =
        row("current", 5, WireType.S16)
            .withScaling(new Scaling(new BigDecimal("0.1"), BigDecimal.ONE, true));
    ProfileDevice device =
        device(
            map(
                row("voltage", 0, WireType.U16).withScaling(Scaling.by("0.1")),
                lowFirst,
                swapped,
                negated,
                row("ratio", 6, WireType.F32),
                RegisterSpec.of("name", WireSource.holding(8, WireType.STRING).withWords(3)),
                RegisterSpec.of("mac", WireSource.holding(11, WireType.BYTES).withWords(2))),
            Profile.of("thing", 1)
                .with("voltage", 612.3)
                .with("power", -5000)
                .with("swapped", 0x1234)
                .with("current", 12.5)
                .with("ratio", 1.5)
                .with("name", new Signal.Text("SUN2"))
                .with("mac", new Signal.Text("0A FF 10")));
    assertArrayEquals(
        new int[] {
          6123, 0, 0xEC78, 0xFFFF, 0x3412, 0xFF8D, 0x3FC0, 0, 0x5355, 0x4E32, 0, 0x0AFF, 0x1000
        },
        read(device, 0, 13));
  }

  @Test
  void bitSlicesShareTheirWords() throws Refusal {
    WireSource word = WireSource.holding(0, WireType.U16);
    WireSource signed = WireSource.holding(0, WireType.S16);
    ProfileDevice device =
        device(
            map(
                RegisterSpec.of("low", word.withSlice(new BitSlice(0, 4))),
                RegisterSpec.of("middle", signed.withSlice(new BitSlice(4, 4))),
                RegisterSpec.of("high", word.withSlice(BitSlice.HIGH_BYTE))),
            Profile.of("thing", 1).with("low", 5).with("middle", -2).with("high", 0xAB));
    assertArrayEquals(new int[] {0xABE5}, read(device, 0, 1));
    assertEquals(
        "register low: 16.0 does not fit 4 bits",
        assertThrows(IllegalArgumentException.class, () -> device.set("low", new Signal.Fixed(16)))
            .getMessage());
  }

  @Test
  void aRegisterWithoutAValueShowsItsInitialNumberElseItsSentinelElseZero() throws Refusal {
    ProfileDevice device =
        device(
            map(
                row("limit", 0, WireType.U16).writable(new RawRange(0L, 100L, 50L)),
                row("sensor", 1, WireType.S16).withAbsent(-32768L),
                row("wide", 2, WireType.U32).withAbsent(0xFFFFFFFFL),
                row("plain", 4, WireType.U16),
                row("long", 5, WireType.U64).withAbsent(-1L)),
            Profile.of("thing", 1));
    assertArrayEquals(
        new int[] {50, 0x8000, 0xFFFF, 0xFFFF, 0, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF},
        read(device, 0, 9));
  }

  @Test
  void signalsFollowTheTime() throws Refusal {
    ProfileDevice device =
        device(
            map(
                row("sine", 0, WireType.U16),
                row("count", 1, WireType.U16),
                row("steps", 2, WireType.U16)),
            Profile.of("thing", 1)
                .with("sine", new Signal.Sine(100, 300, Duration.ofSeconds(60)))
                .with("count", new Signal.Count(10, 0.5))
                .with("steps", new Signal.Steps(List.of(1.0, 2.0, 9.0), Duration.ofSeconds(20))));
    assertArrayEquals(new int[] {200, 10, 1}, read(device, 0, 3));
    pass(Duration.ofSeconds(15));
    assertArrayEquals(new int[] {300, 18, 1}, read(device, 0, 3));
    pass(Duration.ofSeconds(30));
    assertArrayEquals(new int[] {100, 33, 9}, read(device, 0, 3));
    pass(Duration.ofSeconds(15));
    assertArrayEquals(new int[] {200, 40, 1}, read(device, 0, 3));
  }

  // A counter that runs over must not stop the simulator.
  @Test
  void aSignalBeyondItsRegisterStaysAtItsLastNumber() throws Refusal {
    ProfileDevice device =
        device(
            map(row("count", 0, WireType.U16)),
            Profile.of("thing", 1).with("count", new Signal.Count(65534, 1)));
    pass(Duration.ofSeconds(1));
    assertArrayEquals(new int[] {65535}, read(device, 0, 1));
    pass(Duration.ofSeconds(1));
    assertArrayEquals(new int[] {65535}, read(device, 0, 1));
  }

  @Test
  void aWritableRegisterKeepsWhatIsWrittenWithinItsBounds() throws Refusal {
    ProfileDevice device =
        device(
            map(
                row("limit", 0, WireType.U16).writable(new RawRange(0L, 100L, 50L)),
                row("plain", 1, WireType.U16)),
            Profile.of("thing", 1).with("limit", new Signal.Count(10, 1)));
    device.device().write(Table.HOLDING, 0, new int[] {77});
    pass(Duration.ofSeconds(5));
    assertArrayEquals(new int[] {77}, read(device, 0, 1));
    assertThrows(Refusal.class, () -> device.device().write(Table.HOLDING, 0, new int[] {101}));
    assertThrows(Refusal.class, () -> device.device().write(Table.HOLDING, 1, new int[] {1}));
    device.device().restart();
    assertArrayEquals(new int[] {10}, read(device, 0, 1));
  }

  @Test
  void gapsAreReadableUpToTheLargestGapOfTheDeviceFile() throws Refusal {
    ProfileDevice device =
        device(
            map(row("a", 0, WireType.U16), row("b", 5, WireType.U16), row("c", 11, WireType.U16)),
            Profile.of("thing", 1));
    assertEquals(6, read(device, 0, 6).length);
    assertThrows(Refusal.class, () -> read(device, 5, 7));
    assertThrows(Refusal.class, () -> read(device, 0, 7));
  }

  @Test
  void rawWordsStandWhereNoRegisterIs() throws Refusal {
    ProfileDevice device =
        device(
            map(row("voltage", 101, WireType.U16)),
            Profile.of("thing", 1)
                .with("voltage", 52)
                .withWords(Table.HOLDING, 100, 0x5375, 1, 0x6E53)
                .withWords(Table.INPUT, 7, 9));
    assertArrayEquals(new int[] {0x5375, 52, 0x6E53}, read(device, 100, 3));
    assertArrayEquals(new int[] {9}, device.device().read(Table.INPUT, 7, 1));
    assertEquals(true, device.device().knows(4));
  }

  @Test
  void coilsAndDiscreteInputsAreBits() throws Refusal {
    RegisterSpec relay =
        RegisterSpec.of(
                "relay",
                new WireSource(
                    RegisterTable.COIL,
                    3,
                    1,
                    WireType.BOOL,
                    WordOrder.HIGH_FIRST,
                    ByteOrder.HIGH_FIRST,
                    BitSlice.WHOLE))
            .writable(RawRange.UNSTATED);
    ProfileDevice device = device(map(relay), Profile.of("thing", 1).with("relay", 1));
    assertArrayEquals(new int[] {1}, device.device().read(Table.COIL, 3, 1));
    device.device().write(Table.COIL, 3, new int[] {0});
    assertArrayEquals(new int[] {0}, device.device().read(Table.COIL, 3, 1));
    assertEquals(
        List.of(true, true, true, false),
        List.of(1, 5, 15, 3).stream().map(device.device()::knows).toList());
  }

  @Test
  void deviceIdentificationIsAnsweredObjectByObject() {
    ProfileDevice device =
        device(
            map(row("a", 0, WireType.U16)),
            Profile.of("thing", 1)
                .withDeviceId(Map.of(0, "Huawei", 1, "SUN2000", 2, "V1", 0x87, "x=1")));
    assertEquals(
        "2B 0E 01 83 00 00 03 00 06 48 75 61 77 65 69 01 07 53 55 4E 32 30 30 30 02 02 56 31",
        answer(device, "2B 0E 01 00"));
    assertEquals("2B 0E 04 83 00 00 01 87 03 78 3D 31", answer(device, "2B 0E 04 87"));
    assertEquals("AB 02", answer(device, "2B 0E 04 05"));
    assertEquals("AB 03", answer(device, "2B 0E 05 00"));
    assertEquals("AB 01", answer(device, "2B 0D 01 00"));
  }

  // Modbus Application Protocol 6.21: what does not fit is asked for by its object id.
  @Test
  void deviceIdentificationThatDoesNotFitIsContinued() {
    ProfileDevice device =
        device(
            map(row("a", 0, WireType.U16)),
            Profile.of("thing", 1).withDeviceId(Map.of(0, "v".repeat(150), 1, "p".repeat(150))));
    assertEquals("FF 01 01", answer(device, "2B 0E 01 00").substring(12, 20));
    assertEquals("00 00 01 01 96", answer(device, "2B 0E 01 01").substring(12, 26));
  }

  private static String answer(ProfileDevice device, String request) {
    Buffer answer =
        new Protocol(device.device(), (address, words) -> {})
            .answer(Buffer.buffer(TestingWire.hex(request)));
    return WireEvent.Bytes.of(answer).hex();
  }

  @Test
  void aLargestBlockBelowThatOfModbusIsKept() {
    ProfileDevice device =
        device(
            map(RegisterSpec.of("a", WireSource.holding(0, WireType.BYTES).withWords(20))),
            Profile.of("thing", 1).withLimits(10, 3));
    assertEquals("83 03", answer(device, "03 00 00 00 0B"));
    assertEquals("03 14", answer(device, "03 00 00 00 0A").substring(0, 5));
    assertEquals("86 01", answer(device, "06 00 00 00 0A"));
  }

  @Test
  void whatTheMapCannotHoldIsRefusedWithKeyAndBound() {
    RegisterMap map = map(row("voltage", 0, WireType.U16));
    for (var wrong :
        Map.of(
                "register voltage: 65536.0 is raw 65536, outside 0..65535",
                Profile.of("thing", 1).with("voltage", 65536),
                "device thing has no register volts",
                Profile.of("thing", 1).with("volts", 1),
                "register voltage of type u16 holds a number, no text",
                Profile.of("thing", 1).with("voltage", new Signal.Text("x")))
            .entrySet()) {
      assertEquals(
          wrong.getKey(),
          assertThrows(IllegalArgumentException.class, () -> device(map, wrong.getValue()))
              .getMessage());
    }
  }

  private ProfileDevice scaled() {
    return device(
        map(
            row("power_sf", 0, WireType.S16).withAbsent(-32768L),
            row("power", 1, WireType.S16).withScaling(Scaling.ONE.withScaleRegister("power_sf")),
            row("unused_sf", 2, WireType.S16).withAbsent(-32768L),
            row("unused", 3, WireType.S16)
                .withAbsent(-32768L)
                .withScaling(Scaling.ONE.withScaleRegister("unused_sf"))),
        Profile.of("thing", 1).with("power", -1234.5).with("power_sf", -1));
  }

  @Test
  void aValueWithAScaleFactorRegisterIsWrittenByThatFactor() throws Refusal {
    ProfileDevice device = scaled();
    assertArrayEquals(new int[] {0xFFFF, -12345 & 0xFFFF, 0x8000, 0x8000}, read(device, 0, 4));
    device.set("power_sf", new Signal.Fixed(1));
    assertArrayEquals(new int[] {1, -123 & 0xFFFF}, read(device, 0, 2));
  }

  // As a Fronius does when its power changes: the value is the same, both registers are others.
  @Test
  void aChangingScaleFactorTakesItsRawNumbersAlong() throws Refusal {
    ProfileDevice device = scaled();
    List<Fault.OfValues> changing = List.of(new Fault.ScaleFactor(1));
    for (int i = 0; i < 2; i++) {
      device.device().suffer(changing);
      assertArrayEquals(new int[] {0xFFFF, -12345 & 0xFFFF}, read(device, 0, 2));
      device.device().suffer(changing);
      assertArrayEquals(new int[] {0, -1235 & 0xFFFF}, read(device, 0, 2));
    }
    device.device().suffer(List.of());
    assertArrayEquals(new int[] {0xFFFF, -12345 & 0xFFFF}, read(device, 0, 2));
  }

  @Test
  void aValueCanBeSetWhileItRuns() throws Refusal {
    ProfileDevice device =
        device(map(row("voltage", 0, WireType.U16)), Profile.of("thing", 1).with("voltage", 1));
    device.set("voltage", new Signal.Fixed(2));
    assertArrayEquals(new int[] {2}, read(device, 0, 1));
    assertEquals(List.of("voltage"), device.keys());
  }
}
