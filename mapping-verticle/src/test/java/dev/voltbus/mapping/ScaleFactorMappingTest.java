package dev.voltbus.mapping;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Derivation;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.Quality;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.ReadLimits;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.Scaling;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Power, its scale factor, and what is derived from both.
class ScaleFactorMappingTest {
  private static final long READ_AT = 1_700_000_000_000L;

  private final SnapshotLayout layout = SnapshotLayout.of(map());
  private final DeviceMapper mapper = new DeviceMapper("pv-1", layout);
  private long sequence;

  private static RegisterMap map() {
    return new RegisterMap(
        "pv",
        List.of(
            RegisterSpec.of("power", WireSource.holding(10, WireType.S16))
                .withScaling(Scaling.ONE.withScaleRegister("power_sf")),
            RegisterSpec.of("power_sf", WireSource.holding(11, WireType.S16)),
            RegisterSpec.of("hours", WireSource.holding(12, WireType.U16)),
            RegisterSpec.of("energy", Derivation.of(Derivation.Op.PRODUCT, "power", "hours"))),
        List.of(PollGroup.every("default", Duration.ofSeconds(1))),
        ReadLimits.MODBUS);
  }

  private DeviceSnapshot map(RegisterBlock... blocks) {
    sequence++;
    DevicePoll poll =
        new DevicePoll("pv-1", "default", 7, 1, sequence, 0, 3000, 4000, List.of(blocks));
    return assertInstanceOf(
            DeviceMapper.Mapped.class,
            mapper.map(poll, TimeUnit.MILLISECONDS.toNanos(100 * sequence)))
        .snapshot();
  }

  private static RegisterBlock read(int address, int... words) {
    short[] out = new short[words.length];
    for (int i = 0; i < words.length; i++) {
      out[i] = (short) words[i];
    }
    return RegisterBlock.read(RegisterTable.HOLDING, address, out, READ_AT);
  }

  private static RegisterBlock refused(int address, int count) {
    return RegisterBlock.failed(
        RegisterTable.HOLDING, address, count, QualityReason.REFUSED, "exception 2");
  }

  @Test
  void theValueIsTheRawNumberTimesTenToTheScaleFactor() {
    DeviceSnapshot snapshot = map(read(10, 1234, -1, 2));
    assertEquals(123.4, snapshot.value(0));
    assertEquals(1234, snapshot.raw(0));
    assertEquals(-1, snapshot.exponent(0));
    assertEquals(0, snapshot.exponent(2));
    assertEquals(246.8, snapshot.value(3));
  }

  @Test
  void theDecimalsFollowTheScaleFactor() {
    ReceivedSnapshot fine = new ReceivedSnapshot(map(read(10, 1234, -2, 2)), layout, 0);
    assertEquals(2, fine.registerValue(0, 0).precision());
    ReceivedSnapshot coarse = new ReceivedSnapshot(map(read(10, 1234, 3, 2)), layout, 0);
    assertEquals(0, coarse.registerValue(0, 0).precision());
    assertEquals(1_234_000, coarse.snapshot().value(0));
  }

  // -32768 is SunSpec's "not implemented"; a value times 10^-32768 would be 0, and 10^11 is no
  // scale factor.
  @ParameterizedTest
  @ValueSource(ints = {-32768, -11, 11, 100, 32767})
  void aScaleFactorThatIsNoneLeavesNoNumber(int factor) {
    map(read(10, 1234, -1, 2));
    DeviceSnapshot snapshot = map(read(10, 1234, factor, 2));
    assertEquals(Quality.BAD, snapshot.quality(0));
    assertEquals(QualityReason.SCALE_UNKNOWN, snapshot.reason(0));
    assertEquals(0, snapshot.value(0));
    assertEquals(QualityReason.SOURCE_NOT_GOOD, snapshot.reason(3));
    assertEquals(Quality.GOOD, snapshot.quality(2));
  }

  // Fronius changes scale factors with the power (pains A10).
  @Test
  void aDeviceThatChangesItsScaleFactorNeverShowsAValueWithTheWrongOne() {
    Random random = new Random(10);
    for (int i = 0; i < 2000; i++) {
      int factor = random.nextInt(5) - 4;
      int power = 100 + random.nextInt(900);
      DeviceSnapshot snapshot = map(polled(random, power, factor));
      double value = snapshot.value(0);
      if (snapshot.quality(0) == Quality.GOOD) {
        assertEquals(power * Math.pow(10, factor), value, 1e-9);
        assertEquals(factor, snapshot.exponent(0));
      }
      boolean whole = value == 0 || Math.abs(value / scale(snapshot) - snapshot.raw(0)) < 1e-6;
      assertTrue(whole, value + " is not " + snapshot.raw(0) + " x " + scale(snapshot));
    }
  }

  private static double scale(DeviceSnapshot snapshot) {
    return Math.pow(10, snapshot.exponent(0));
  }

  /// What acquisition brings: one answer, two with a factor that was the same before and after the
  /// value, or one of the two failed.
  private static RegisterBlock[] polled(Random random, int power, int factor) {
    return switch (random.nextInt(4)) {
      case 0 -> new RegisterBlock[] {read(10, power), read(11, factor, 2)};
      case 1 -> new RegisterBlock[] {read(10, power), refused(11, 2)};
      case 2 -> new RegisterBlock[] {refused(10, 1), read(11, factor, 2)};
      default -> new RegisterBlock[] {read(10, power, factor, 2)};
    };
  }

  @Test
  void aValueWithoutItsScaleFactorIsStaleAndKeepsTheOldPair() {
    map(read(10, 1234, -1, 2));
    DeviceSnapshot snapshot = map(read(10, 5678), refused(11, 2));
    assertEquals(Quality.STALE, snapshot.quality(0));
    assertEquals(QualityReason.SCALE_UNKNOWN, snapshot.reason(0));
    assertEquals(123.4, snapshot.value(0));
    assertEquals(-1, snapshot.exponent(0));
    assertEquals(1234, snapshot.raw(0));
  }

  @Test
  void theReasonOfAnUnreadValueIsThatOfItsBlock() {
    DeviceSnapshot snapshot = map(refused(10, 1), read(11, -2, 2));
    assertEquals(QualityReason.REFUSED, snapshot.reason(0));
    assertEquals(Quality.BAD, snapshot.quality(0));
    assertEquals(Quality.GOOD, snapshot.quality(1));
  }
}
