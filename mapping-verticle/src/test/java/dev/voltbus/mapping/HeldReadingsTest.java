package dev.voltbus.mapping;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.Guard;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.Quality;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.ReadLimits;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.Scaling;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What becomes of a reading that is held back: the value, the raw words, who is told.
class HeldReadingsTest {
  private final List<String> told = new ArrayList<>();
  private final SnapshotLayout layout = SnapshotLayout.of(map());
  private final DeviceMapper mapper =
      new DeviceMapper(
          "bms-1",
          layout,
          new HeldReadings() {
            @Override
            public void held(int index, double value, QualityReason reason, short[] words) {
              String word = Integer.toHexString(words[layout.wordsAt(index)] & 0xFFFF);
              told.add(layout.spec(index).key() + " " + value + " " + reason + " " + word);
            }

            @Override
            public void taken(int index) {
              told.add(layout.spec(index).key() + " taken");
            }
          });
  private long sequence;

  private static RegisterMap map() {
    return new RegisterMap(
        "bms",
        List.of(
            RegisterSpec.of("soc", WireSource.holding(0, WireType.U16))
                .withScaling(Scaling.by("0.01"))
                .withGuard(Guard.range("0", "100")),
            RegisterSpec.of("voltage", WireSource.holding(1, WireType.U16))
                .withGuard(Guard.range("40", "60").keepingLast()),
            RegisterSpec.of("status", WireSource.holding(2, WireType.U16))),
        List.of(PollGroup.every("default", Duration.ofSeconds(1))),
        ReadLimits.MODBUS);
  }

  private DeviceSnapshot read(int soc, int voltage) {
    short[] words = {(short) soc, (short) voltage, 3};
    return map(RegisterBlock.read(RegisterTable.HOLDING, 0, words, 1));
  }

  private DeviceSnapshot map(RegisterBlock block) {
    sequence++;
    DevicePoll poll =
        new DevicePoll("bms-1", "default", 7, 1, sequence, 0, 3000, 4000, List.of(block));
    return assertInstanceOf(
            DeviceMapper.Mapped.class, mapper.map(poll, TimeUnit.SECONDS.toNanos(sequence)))
        .snapshot();
  }

  // A guard that only warned would publish 655.35 % (pains A9).
  @Test
  void aReadingHeldBackIsBadWithItsOwnReasonAndItsWordsAreStillThere() {
    read(5000, 52);
    DeviceSnapshot snapshot = read(0xFFFF, 52);
    assertEquals(Quality.BAD, snapshot.quality(0));
    assertEquals(QualityReason.OUT_OF_RANGE, snapshot.reason(0));
    assertEquals(0, snapshot.value(0));
    assertEquals(0xFFFF, snapshot.raw(0));
    assertEquals(0xFFFF, snapshot.word(0));
    assertEquals(Quality.GOOD, snapshot.quality(2));
    assertEquals(50.01, read(5001, 52).value(0));
  }

  @Test
  void withHoldLastTheLastGoodValueStaysAsStaleUntilItsAgeLimit() {
    read(5000, 52);
    DeviceSnapshot held = read(5000, 0);
    assertEquals(Quality.STALE, held.quality(1));
    assertEquals(QualityReason.OUT_OF_RANGE, held.reason(1));
    assertEquals(52, held.value(1));
    assertEquals(52, held.raw(1));
    assertEquals(0, held.word(1));
    read(5000, 0);
    read(5000, 0);
    DeviceSnapshot over = read(5000, 0);
    assertEquals(Quality.BAD, over.quality(1));
    assertEquals(0, over.value(1));
    assertEquals(Quality.GOOD, read(5000, 53).quality(1));
  }

  @Test
  void eachReadingOfAGuardedRegisterIsToldWithItsWords() {
    read(5000, 52);
    read(0xFFFF, 52);
    read(5000, 52);
    assertEquals(
        List.of(
            "soc taken",
            "voltage taken",
            "soc 655.35 OUT_OF_RANGE ffff",
            "voltage taken",
            "soc taken",
            "voltage taken"),
        told);
  }
}
