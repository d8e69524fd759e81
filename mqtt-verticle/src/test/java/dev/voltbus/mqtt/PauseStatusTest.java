package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.CommandResult.About;
import dev.voltbus.contract.CommandResult.Status;
import dev.voltbus.contract.ControlState.Battery;
import dev.voltbus.contract.ControlState.Mode;
import dev.voltbus.contract.Limits;
import org.junit.jupiter.api.Test;

class PauseStatusTest {
  private final PauseStatus status = new PauseStatus();

  private static Battery battery(Mode mode, boolean isSettled, boolean isInContact) {
    return new Battery(
        Fixtures.DEVICE,
        mode,
        mode == Mode.PAUSED,
        false,
        Limits.NONE,
        Limits.NONE,
        0,
        0,
        isSettled,
        isInContact);
  }

  private String heard(Mode mode, boolean isSettled) {
    status.accept(battery(mode, isSettled, true));
    return status.text();
  }

  private String told(String command, Status what) {
    About about = new About(command, Fixtures.DEVICE, "BE");
    status.accept(
        new CommandResult("id-1", what, "", "", about, "", Limits.NONE, Limits.NONE, 0, 0));
    return status.text();
  }

  @Test
  void aBatteryWithoutControlRuns() {
    assertEquals("RUNNING", status.text());
  }

  @Test
  void aPauseIsOverWhenTheCurrentIsGone() {
    status.awaited();
    assertEquals("UNKNOWN", status.text());
    assertEquals("RUNNING", heard(Mode.RUNNING, true));
    assertEquals("PAUSING", heard(Mode.PAUSED, false));
    assertEquals("PAUSING", heard(Mode.PAUSED, true), "no current is what counts");
    assertEquals("PAUSING", told("SET_LIMITS", Status.FOLLOWED));
    assertEquals("PAUSING", told("PAUSE", Status.VERIFIED));
    assertEquals("PAUSED", told("PAUSE", Status.FOLLOWED));
    assertEquals("PAUSED", heard(Mode.PAUSED, true));
    assertEquals("RESUMING", heard(Mode.RUNNING, false));
    assertEquals("RUNNING", heard(Mode.RUNNING, true));
  }

  @Test
  void aPauseWhileOneIsResumedBeginsAnew() {
    heard(Mode.PAUSED, true);
    assertEquals("PAUSED", told("PAUSE", Status.FOLLOWED));
    assertEquals("RESUMING", heard(Mode.RUNNING, false));
    assertEquals("PAUSING", heard(Mode.PAUSED, false));
  }

  @Test
  void aStopIsAPauseToo() {
    assertEquals("PAUSING", heard(Mode.STOPPING, false));
    assertEquals("PAUSED", told("STOP", Status.FOLLOWED));
    assertEquals("PAUSED", heard(Mode.STOPPED, true));
  }

  // Its result was told to the process before this one.
  @Test
  void anOlderPauseIsKnownByItsRegisters() {
    status.awaited();
    assertEquals("PAUSED", heard(Mode.PAUSED, true));
    status.awaited();
    assertEquals("PAUSING", heard(Mode.PAUSED, false));
  }

  // What was written last says nothing of a device that is not heard.
  @Test
  void withoutContactNothingIsSettled() {
    status.awaited();
    status.accept(battery(Mode.PAUSED, true, false));
    assertEquals("PAUSING", status.text());
  }

  @Test
  void aBaseThatIsOnItsWayAtTheStartIsNoResume() {
    status.awaited();
    assertEquals("RUNNING", heard(Mode.RUNNING, false));
  }

  // A limit that has just been set is no resume.
  @Test
  void aLimitOnItsWayIsNoResume() {
    heard(Mode.RUNNING, true);
    assertEquals("RUNNING", heard(Mode.RUNNING, false));
  }
}
