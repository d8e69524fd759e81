package dev.voltbus.mapping;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;

import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.Quality;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.SnapshotLayout;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DeviceMapperTest {
  private static final long READ_AT = 1_700_000_000_000L;

  private final SnapshotLayout layout = SnapshotLayout.of(Fixtures.pack());
  private final DeviceMapper mapper = new DeviceMapper("bms-1", layout);
  private long sequence;

  @Test
  void derivedPowerHasTheSignOfTheCurrent() {
    assertEquals(264.0, value(map(0, pack(5280, 50)), "pack_power_w"));
    assertEquals(-264.0, value(map(0, pack(5280, -50)), "pack_power_w"));
  }

  // 52.8 x 33.3 is 1758.2399999999998 in binary arithmetic.
  @Test
  void derivedValueCarriesNoDigitsOfBinaryArithmetic() {
    assertEquals(1758.24, value(map(0, pack(5280, 333)), "pack_power_w"));
  }

  @Test
  void stateIsLookedUpByTheRawCodeAndKeepsItAsRaw() {
    DeviceSnapshot snapshot = map(0, pack(5280, 50));

    int index = layout.indexOf("system_state");
    assertEquals(3.0, snapshot.value(index));
    assertEquals(0x91, snapshot.raw(index));
    assertEquals("charging", snapshot.text(layout, index));
  }

  @Test
  void absentSensorHasNoNumberAndIsLeftOutOfTheHighestTemperature() {
    DeviceSnapshot snapshot = map(0, pack(5280, 50));

    int absent = layout.indexOf("external_temperature");
    assertEquals(Quality.BAD, snapshot.quality(absent));
    assertEquals(QualityReason.SENSOR_ABSENT, snapshot.reason(absent));
    assertEquals(25.0, value(snapshot, "temperature_max"));
  }

  // One refused block must not take the values of the others with it.
  @Test
  void failedBlockMakesOnlyItsOwnValuesStaleAtOnce() {
    map(0, pack(5280, 50), settings());
    DeviceSnapshot snapshot = map(1000, pack(5290, 50), refused(300));

    assertEquals(Quality.GOOD, quality(snapshot, "battery_pack_voltage"));
    assertEquals(Quality.STALE, quality(snapshot, "cutoff"));
    assertEquals(QualityReason.REFUSED, reason(snapshot, "cutoff"));
    assertEquals(3800.0, value(snapshot, "cutoff"));
  }

  @Test
  void valueOfAFailingBlockTurnsBadWhenItsLimitIsOver() {
    map(0, pack(5280, 50), settings());

    assertEquals(Quality.STALE, quality(map(3999, pack(5280, 50), refused(300)), "cutoff"));
    assertEquals(Quality.BAD, quality(map(4000, pack(5280, 50), refused(300)), "cutoff"));
    assertEquals(Quality.GOOD, quality(map(4001, pack(5280, 50), settings()), "cutoff"));
  }

  @Test
  void valueThatWasNeverReadIsBadWithTheReasonOfTheFailure() {
    DeviceSnapshot snapshot = map(0, pack(5280, 50), refused(300));

    assertEquals(Quality.BAD, quality(snapshot, "cutoff"));
    assertEquals(QualityReason.REFUSED, reason(snapshot, "cutoff"));
  }

  // The read time of a group is never newer than its answer.
  @Test
  void silentDeviceKeepsItsReadTimeAndGrowsOlder() {
    DeviceSnapshot first = map(0, pack(5280, 50), settings());
    DeviceSnapshot second = map(2000, silent(36, 15), silent(300, 1));

    assertEquals(READ_AT, first.readAt(0));
    assertEquals(READ_AT, second.readAt(0));
    assertEquals(0, first.ageMillis(0));
    assertEquals(2000, second.ageMillis(0));
    assertEquals(Quality.GOOD, quality(second, "battery_pack_voltage"));
  }

  // Pains A7: whoever acts on a value must not wait out its age limit when three cycles have
  // failed.
  @Test
  void silentDeviceIsStaleWithTheSecondFailedPollAndUnavailableWithTheThird() {
    map(0, pack(5280, 50), settings());

    DeviceSnapshot first = map(1000, silent(36, 15), silent(300, 1));
    DeviceSnapshot second = map(2000, silent(36, 15), silent(300, 1));
    DeviceSnapshot third = map(3000, silent(36, 15), silent(300, 1));

    assertEquals(Quality.GOOD, quality(first, "battery_pack_voltage"));
    assertEquals(Quality.STALE, quality(second, "battery_pack_voltage"));
    assertEquals(Quality.STALE, quality(second, "pack_power_w"));
    assertEquals(52.8, value(second, "battery_pack_voltage"));
    assertEquals(Quality.BAD, quality(third, "battery_pack_voltage"));
    assertEquals(QualityReason.NO_ANSWER, reason(third, "battery_pack_voltage"));
  }

  @Test
  void firstGoodPollAfterAFaultMakesAllItsValuesGoodAgain() {
    map(0, pack(5280, 50), settings());
    for (int poll = 1; poll <= 5; poll++) {
      map(poll * 1000L, silent(36, 15), silent(300, 1));
    }

    DeviceSnapshot after = map(6000, pack(5290, 50), settings());

    assertEquals(Quality.GOOD, quality(after, "battery_pack_voltage"));
    assertEquals(Quality.GOOD, quality(after, "cutoff"));
  }

  // Three polls of a group with a short period are over in no time.
  @Test
  void quickPollsDoNotTakeAValueAwayWithinASecond() {
    map(0, pack(5280, 50));
    map(100, silent(36, 15));
    map(200, silent(36, 15));

    assertEquals(Quality.STALE, quality(map(300, silent(36, 15)), "battery_pack_voltage"));
    assertEquals(Quality.BAD, quality(map(1000, silent(36, 15)), "battery_pack_voltage"));
  }

  @Test
  void ageOnArrivalCountsWithTheAgeSinceThen() {
    DevicePoll poll =
        new DevicePoll("bms-1", "fast", 7, 1, 1, 400, 3000, 4000, List.of(pack(5280, 50)));

    DeviceSnapshot snapshot = snapshot(mapper.map(poll, 0));

    assertEquals(400, snapshot.ageMillis(0));
  }

  @Test
  void repeatedAndOlderPollsAreRefused() {
    mapper.map(poll(7, 1, 5), 0);

    assertInstanceOf(DeviceMapper.Refused.class, mapper.map(poll(7, 1, 5), 0));
    assertInstanceOf(DeviceMapper.Refused.class, mapper.map(poll(7, 1, 4), 0));
    assertInstanceOf(DeviceMapper.Mapped.class, mapper.map(poll(7, 1, 6), 0));
  }

  // A former owner of the link that wakes up must not overwrite what the new one read.
  @Test
  void pollOfAFormerOwnerIsRefused() {
    mapper.map(poll(8, 2, 1), 0);

    assertInstanceOf(DeviceMapper.Refused.class, mapper.map(poll(7, 1, 99), 0));
  }

  @Test
  void snapshotsDoNotShareTheirArrays() {
    DeviceSnapshot first = map(0, pack(5280, 50));
    DeviceSnapshot second = map(1000, pack(5290, 50));

    assertNotSame(first, second);
    assertEquals(52.8, value(first, "battery_pack_voltage"));
    assertEquals(52.9, value(second, "battery_pack_voltage"));
  }

  private DevicePoll poll(long token, long epoch, long number) {
    return new DevicePoll(
        "bms-1", "fast", token, epoch, number, 0, 3000, 4000, List.of(pack(5280, 50)));
  }

  private DeviceSnapshot map(long millis, RegisterBlock... blocks) {
    DevicePoll poll =
        new DevicePoll("bms-1", "fast", 7, 1, ++sequence, 0, 3000, 4000, List.of(blocks));
    return snapshot(mapper.map(poll, TimeUnit.MILLISECONDS.toNanos(millis)));
  }

  private static DeviceSnapshot snapshot(DeviceMapper.Outcome outcome) {
    return assertInstanceOf(DeviceMapper.Mapped.class, outcome).snapshot();
  }

  private double value(DeviceSnapshot snapshot, String key) {
    return snapshot.value(layout.indexOf(key));
  }

  private Quality quality(DeviceSnapshot snapshot, String key) {
    return snapshot.quality(layout.indexOf(key));
  }

  private QualityReason reason(DeviceSnapshot snapshot, String key) {
    return snapshot.reason(layout.indexOf(key));
  }

  private static RegisterBlock pack(int centivolt, int deciampere) {
    short[] words = new short[15];
    words[0] = (short) centivolt;
    words[2] = (short) deciampere;
    words[6] = Short.MIN_VALUE;
    words[12] = 250;
    words[14] = 0x91;
    return RegisterBlock.read(RegisterTable.HOLDING, 36, words, READ_AT);
  }

  private static RegisterBlock settings() {
    return RegisterBlock.read(RegisterTable.HOLDING, 300, new short[] {3800}, READ_AT);
  }

  private static RegisterBlock refused(int address) {
    return RegisterBlock.failed(
        RegisterTable.HOLDING, address, 1, QualityReason.REFUSED, "refused, exception 2");
  }

  private static RegisterBlock silent(int address, int count) {
    return RegisterBlock.failed(
        RegisterTable.HOLDING, address, count, QualityReason.NO_ANSWER, "no answer");
  }
}
