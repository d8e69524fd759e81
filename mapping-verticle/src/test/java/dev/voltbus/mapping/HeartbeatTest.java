package dev.voltbus.mapping;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// A meter that repeated its last values for ever caused a false over-current stop elsewhere.
class HeartbeatTest {
  private static final int VOLTAGE = 0;

  private final SnapshotLayout layout = SnapshotLayout.of(map());
  private final DeviceMapper mapper = new DeviceMapper("meter", layout);
  private long sequence;

  private static RegisterMap map() {
    RegisterSpec seconds =
        RegisterSpec.of("seconds", WireSource.holding(1, WireType.U16))
            .withGuard(Guard.NONE.movingWithin(Duration.ofSeconds(2)));
    return new RegisterMap(
        "meter",
        List.of(RegisterSpec.of("voltage", WireSource.holding(0, WireType.U16)), seconds),
        List.of(PollGroup.every(RegisterSpec.DEFAULT_GROUP, Duration.ofSeconds(1))),
        ReadLimits.MODBUS);
  }

  private DeviceSnapshot poll(long millis, int voltage, int seconds) {
    return poll(
        millis,
        RegisterBlock.read(
            RegisterTable.HOLDING, 0, new short[] {(short) voltage, (short) seconds}, millis));
  }

  private DeviceSnapshot poll(long millis, RegisterBlock block) {
    DevicePoll poll =
        new DevicePoll(
            "meter", RegisterSpec.DEFAULT_GROUP, 1, 1, ++sequence, 0, 3000, 4000, List.of(block));
    DeviceMapper.Outcome outcome = mapper.map(poll, TimeUnit.MILLISECONDS.toNanos(millis));
    return ((DeviceMapper.Mapped) outcome).snapshot();
  }

  @Test
  void deviceThatRepeatsItsValuesIsStaleAndThenUnavailable() {
    poll(0, 230, 17);

    DeviceSnapshot still = poll(2000, 230, 17);
    DeviceSnapshot frozen = poll(2500, 230, 17);
    DeviceSnapshot gone = poll(3000, 230, 17);

    assertEquals(Quality.GOOD, still.quality(VOLTAGE));
    assertEquals(Quality.STALE, frozen.quality(VOLTAGE));
    assertEquals(QualityReason.FROZEN, frozen.reason(VOLTAGE));
    assertEquals(230, frozen.value(VOLTAGE));
    assertEquals(Quality.BAD, gone.quality(VOLTAGE));
    assertEquals(0, gone.value(VOLTAGE));
  }

  @Test
  void firstChangeMakesItLiveAgain() {
    poll(0, 230, 17);
    poll(9000, 230, 17);

    assertEquals(Quality.GOOD, poll(10_000, 230, 18).quality(VOLTAGE));
  }

  // A voltage may well stay the same while the seconds go on.
  @Test
  void valueThatStandsStillBesideALivingHeartbeatIsGood() {
    for (int second = 0; second < 10; second++) {
      assertEquals(Quality.GOOD, poll(second * 1000L, 230, second).quality(VOLTAGE));
    }
  }

  // Silence has its own reason: whoever looks for the cause must not be sent to the meter's values.
  @Test
  void silentDeviceIsNotCalledFrozen() {
    poll(0, 230, 17);

    DeviceSnapshot silent =
        poll(
            2500,
            RegisterBlock.failed(
                RegisterTable.HOLDING, 0, 2, QualityReason.NO_ANSWER, "no answer"));

    assertEquals(Quality.GOOD, silent.quality(VOLTAGE));
    assertEquals(QualityReason.NONE, silent.reason(VOLTAGE));
  }
}
