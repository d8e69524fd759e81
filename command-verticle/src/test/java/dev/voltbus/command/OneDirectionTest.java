package dev.voltbus.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.CommandResult.Status;
import dev.voltbus.contract.Control.BatteryTarget;
import dev.voltbus.contract.Control.Pace;
import dev.voltbus.contract.ControlState;
import dev.voltbus.contract.Limits;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A battery of which only the discharge can be limited, by an inverter of SunSpec model 123.
class OneDirectionTest {
  private static final Pace SHORT =
      new Pace(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1), 1.8);

  private ControlRig rig = rig(Pace.USUAL);

  private static ControlRig rig(Pace pace) {
    return new ControlRig(ControlRig.control(battery(pace)), null);
  }

  private static BatteryTarget battery(Pace pace) {
    BatteryTarget usual = ControlRig.battery(null, pace);
    return new BatteryTarget(
        usual.battery(),
        null,
        usual.discharge(),
        null,
        List.of(),
        usual.current(),
        null,
        null,
        Set.of("RESUME", "SET_LIMITS", "RESTART"),
        pace);
  }

  @BeforeEach
  void begin() throws Exception {
    rig.linkUp(1);
    rig.start();
    rig.measure(0, 200);
    ControlState.Battery atBase = rig.state(ControlState.Battery::isSettled);
    assertEquals(new Limits(null, 100.0), atBase.effective());
  }

  @AfterEach
  void close() throws Exception {
    rig.close();
  }

  @Test
  void itsLimitIsWrittenAndEnds() throws Exception {
    CommandResult accepted = rig.send("SET_LIMITS", "{\"max_discharge\":60,\"timeout\":1}");
    assertEquals(new Limits(null, 60.0), accepted.effective());
    assertEquals("", accepted.code(), "no word of a direction that is not there");
    rig.result(accepted.id(), Status.VERIFIED);
    assertEquals(60, rig.last("discharge_limit"));
    rig.result(accepted.id(), Status.EXPIRED);
    rig.until("the base is written", () -> rig.last("discharge_limit") == 100);
    assertTrue(rig.writes.stream().allMatch(write -> write.key().equals("discharge_limit")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SET_LIMITS | {\"max_charge\":50,\"max_discharge\":60}",
        "SET_LIMITS | {\"max_charge\":0}",
        "PAUSE | ''",
        "STOP | ''"
      })
  void whatWouldLimitTheOtherIsRefused(String command, String payload) throws Exception {
    CommandResult refused = rig.send(command, payload);
    assertEquals("no-target", refused.code());
    assertTrue(
        refused.reason().endsWith("battery bms-1 has no register that limits charge"),
        refused::reason);
    assertTrue(rig.writes.stream().allMatch(write -> write.value() == 100), "only its base");
  }

  @Test
  void anyChargeCurrentFollows() throws Exception {
    CommandResult accepted = rig.send("SET_LIMITS", "{\"max_discharge\":60,\"timeout\":600}");
    rig.result(accepted.id(), Status.VERIFIED);
    rig.measure(190, 200);
    rig.result(accepted.id(), Status.FOLLOWED);
  }

  @Test
  void aBatteryThatIsNotHeardGetsItsSafeLimit() throws Exception {
    rig.close();
    rig = rig(SHORT);
    begin();
    rig.state(battery -> !battery.isInContact() && battery.effective().discharge() == 10.0);
    rig.until("the safe limit is written", () -> rig.last("discharge_limit") == 10);
  }
}
