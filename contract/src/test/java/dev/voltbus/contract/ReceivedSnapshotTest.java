package dev.voltbus.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReceivedSnapshotTest {
  private static final SnapshotLayout LAYOUT = SnapshotLayout.of(Samples.battery());

  private final TestingTimeSource time = TestingTimeSource.atNewYear();
  private final ReceivedSnapshot received =
      new ReceivedSnapshot(Samples.snapshot(LAYOUT), LAYOUT, time.monotonicNanos());

  private Quality quality(String key) {
    return received.quality(LAYOUT.indexOf(key), time.monotonicNanos());
  }

  private QualityReason reason(String key) {
    return received.reason(LAYOUT.indexOf(key), time.monotonicNanos());
  }

  private RegisterValue value(String key) {
    return received.registerValue(LAYOUT.indexOf(key), time.monotonicNanos());
  }

  /// A dead link sends nothing, so the receiver itself must notice; 3 s and 4 s as the group says.
  @Test
  void aValueTurnsStaleAndBadExactlyAtItsLimits() {
    time.advance(Duration.ofMillis(2999));
    assertEquals(Quality.GOOD, quality("pack_voltage"));
    assertEquals(QualityReason.NONE, reason("pack_voltage"));
    time.advance(Duration.ofMillis(1));
    assertEquals(Quality.STALE, quality("pack_voltage"));
    assertEquals(QualityReason.TOO_OLD, reason("pack_voltage"));
    time.advance(Duration.ofMillis(999));
    assertEquals(Quality.STALE, quality("pack_voltage"));
    time.advance(Duration.ofMillis(1));
    assertEquals(Quality.BAD, quality("pack_voltage"));
    assertEquals(QualityReason.TOO_OLD, reason("pack_voltage"));
  }

  @Test
  void theWallClockHasNoSayInTheAge() {
    time.setBack(Duration.ofDays(400));
    assertEquals(Quality.GOOD, quality("pack_voltage"));
    assertEquals(0, received.ageMillis(0, time.monotonicNanos()));
  }

  @Test
  void theAgeOnArrivalCounts() {
    DeviceSnapshot old = withAges(2500, 0);
    ReceivedSnapshot late = new ReceivedSnapshot(old, LAYOUT, time.monotonicNanos());
    time.advance(Duration.ofMillis(499));
    assertEquals(2999, late.ageMillis(0, time.monotonicNanos()));
    assertEquals(Quality.GOOD, late.quality(0, time.monotonicNanos()));
    time.advance(Duration.ofMillis(1));
    assertEquals(Quality.STALE, late.quality(0, time.monotonicNanos()));
  }

  /// Power from a fresh voltage and an old limit is an old power.
  @Test
  void aDerivedValueIsAsOldAsTheOldestOfItsGroups() {
    DeviceSnapshot slowIsOld = withAges(0, 21000);
    ReceivedSnapshot mixed = new ReceivedSnapshot(slowIsOld, LAYOUT, time.monotonicNanos());
    int power = LAYOUT.indexOf("pack_power");
    assertEquals(Quality.STALE, mixed.quality(power, time.monotonicNanos()));
    assertEquals(Quality.GOOD, mixed.quality(0, time.monotonicNanos()));
    time.advance(Duration.ofMillis(10_000));
    assertEquals(Quality.BAD, mixed.quality(power, time.monotonicNanos()));
  }

  private static DeviceSnapshot withAges(int... ageMillis) {
    DeviceSnapshot fresh = Samples.snapshot(LAYOUT);
    byte[] good = new byte[LAYOUT.size()];
    java.util.Arrays.fill(good, (byte) Quality.GOOD.ordinal());
    byte[] none = new byte[LAYOUT.size()];
    java.util.Arrays.fill(none, (byte) QualityReason.NONE.ordinal());
    return new DeviceSnapshot(
        fresh.device(),
        LAYOUT.id(),
        1,
        1,
        1,
        new DeviceSnapshot.Columns(
            new double[LAYOUT.size()],
            new long[LAYOUT.size()],
            good,
            none,
            new short[LAYOUT.totalWords()],
            new long[2],
            ageMillis,
            new int[] {3000, 21000},
            new int[] {4000, 31000}));
  }

  @Test
  void aDeviceIsAvailableUntilItsLastValueIsBad() {
    time.advance(Duration.ofMillis(30_999));
    assertEquals(Quality.BAD, quality("pack_voltage"));
    assertEquals(true, received.isAvailable(time.monotonicNanos()));
    time.advance(Duration.ofMillis(1));
    assertEquals(false, received.isAvailable(time.monotonicNanos()));
  }

  @Test
  void aNumberCarriesItsUnitWordsAndReadTime() {
    RegisterValue voltage = value("pack_voltage");
    assertEquals(36, voltage.address());
    assertEquals(52.0, voltage.value());
    assertEquals(List.of(5200), voltage.rawWords());
    assertEquals(5200, voltage.raw());
    assertEquals("V", voltage.unit());
    assertEquals(2, voltage.precision());
    assertEquals("pack_voltage", voltage.topicSuffix());
    assertEquals(1_767_225_600_123L, voltage.readAt());
    assertEquals(Quality.GOOD, voltage.quality());
    assertNull(voltage.text());
  }

  @Test
  void aTextHasNoNumber() {
    RegisterValue maker = value("maker");
    assertNull(maker.value());
    assertEquals("ENE", maker.text());
    assertEquals(List.of(0x454E, 0x4500), maker.rawWords());
  }

  /// A default is never published as a reading.
  @Test
  void anAbsentSensorHasAReasonAndNoNumber() {
    RegisterValue temperature = value("temperature");
    assertNull(temperature.value());
    assertEquals(Quality.BAD, temperature.quality());
    assertEquals(QualityReason.SENSOR_ABSENT, temperature.reason());
    assertEquals("sensor absent", temperature.text());
    assertEquals(-32768, temperature.raw());
  }

  @Test
  void aDerivedValueHasNoWordsAndOnlyTheAddressItWasGiven() {
    RegisterValue power = value("pack_power");
    assertNull(power.address());
    assertEquals(5200.0, power.value());
    assertEquals(List.of(), power.rawWords());
    RegisterValue state = value("state");
    assertEquals(50, state.address());
    assertEquals(5.0, state.value());
    assertEquals("charged", state.text());
  }

  /// A newer node may know more qualities; its value is not shown as a good one here.
  @Test
  void aValueOfUnknownQualityIsNotPresent() {
    DeviceSnapshot snapshot =
        new DeviceSnapshot(
            "bms-1",
            LAYOUT.id(),
            1,
            1,
            1,
            new DeviceSnapshot.Columns(
                new double[LAYOUT.size()],
                new long[LAYOUT.size()],
                new byte[LAYOUT.size()],
                new byte[LAYOUT.size()],
                new short[LAYOUT.totalWords()],
                new long[2],
                new int[2],
                new int[] {3000, 21000},
                new int[] {4000, 31000}));
    RegisterValue value = new ReceivedSnapshot(snapshot, LAYOUT, 0).registerValue(0, 0);
    assertEquals(Quality.BAD, value.quality());
    assertNull(value.value());
  }

  @Test
  void aSnapshotOfAnotherLayoutIsRefused() {
    RegisterMap changed =
        Samples.battery()
            .withGroups(
                List.of(
                    PollGroup.every("fast", Duration.ofSeconds(2)),
                    PollGroup.every("slow", Duration.ofSeconds(10))));
    SnapshotLayout other = SnapshotLayout.of(changed);
    DeviceSnapshot snapshot = Samples.snapshot(LAYOUT);
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class, () -> new ReceivedSnapshot(snapshot, other, 0));
    assertEquals(
        "device bms-1: snapshot with layout %x does not fit layout %x"
            .formatted(LAYOUT.id(), other.id()),
        refusal.getMessage());
  }
}
