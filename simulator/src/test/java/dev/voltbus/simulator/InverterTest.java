package dev.voltbus.simulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The inverter against its table in `docs/reference/simulator.md`.
class InverterTest {
  private static final int CHARGE_LIMIT = 0;
  private static final int DISCHARGE_LIMIT = 1;
  private static final int REVERT_TIMER = 2;
  private static final int REMAINING = 12;

  private final BatteryModel model = new BatteryModel(PackType.TINYBMS, 1, 0.5);
  private Duration now = Duration.ZERO;
  private final Inverter inverter = new Inverter(model, () -> now);

  private int ask(Buffer pdu) {
    Buffer answer = new Protocol(inverter.device(), (address, words) -> {}).answer(pdu);
    return answer.getUnsignedByte(0) < 0x80 ? 0 : answer.getUnsignedByte(1);
  }

  private int read(int address) throws Refusal {
    return inverter.device().read(SimulatedDevice.Table.HOLDING, address, 1)[0];
  }

  private void pass(double seconds) {
    now = now.plusMillis(Math.round(seconds * 1000));
  }

  @Test
  void startsAtItsBaseWithoutATimer() throws Refusal {
    assertArrayEquals(
        new int[] {1000, 1000, 0}, inverter.device().read(SimulatedDevice.Table.HOLDING, 0, 3));
    assertEquals(0, read(REMAINING));
  }

  @Test
  void limitsHoldWithoutATimer() throws Refusal {
    ask(TestingWire.writing(CHARGE_LIMIT, 205, 310));
    pass(100_000);
    assertEquals(205, read(CHARGE_LIMIT));
    assertEquals(20.5, inverter.chargeLimitA());
    assertEquals(31.0, inverter.dischargeLimitA());
  }

  // A gateway that died must not leave its limits behind.
  @Test
  void limitsGoBackToTheirBaseWhenTheTimerIsOver() throws Refusal {
    ask(TestingWire.writing(CHARGE_LIMIT, 205, 0, 30));
    pass(29.9);
    assertEquals(205, read(CHARGE_LIMIT));
    assertEquals(1, read(REMAINING));
    pass(0.1);
    assertEquals(1000, read(CHARGE_LIMIT));
    assertEquals(1000, read(DISCHARGE_LIMIT));
    assertEquals(0, read(REMAINING));
    assertEquals(30, read(REVERT_TIMER), "the setting itself stays");
  }

  @Test
  void theTimerStartsAnewWhenItIsWritten() throws Refusal {
    ask(TestingWire.writing(CHARGE_LIMIT, 205, 0, 30));
    pass(20);
    ask(TestingWire.pdu(6, REVERT_TIMER, 30));
    pass(20);
    assertEquals(205, read(CHARGE_LIMIT));
    assertEquals(10, read(REMAINING));
  }

  // Who writes behind the end without having looked must not lose what he wrote.
  @Test
  void aLimitWrittenBehindTheEndStays() throws Refusal {
    ask(TestingWire.writing(CHARGE_LIMIT, 205, 310, 30));
    pass(31);
    ask(TestingWire.pdu(6, CHARGE_LIMIT, 100));
    assertEquals(100, read(CHARGE_LIMIT));
    assertEquals(1000, read(DISCHARGE_LIMIT));
  }

  // Only the timer's own register starts it.
  @Test
  void aNewLimitDoesNotProlongTheTimer() throws Refusal {
    ask(TestingWire.writing(CHARGE_LIMIT, 205, 0, 30));
    pass(20);
    ask(TestingWire.pdu(6, CHARGE_LIMIT, 100));
    pass(10);
    assertEquals(1000, read(CHARGE_LIMIT));
  }

  @Test
  void aTimerOfZeroIsSwitchedOff() throws Refusal {
    ask(TestingWire.writing(CHARGE_LIMIT, 205, 0, 30));
    ask(TestingWire.pdu(6, REVERT_TIMER, 0));
    pass(100);
    assertEquals(205, read(CHARGE_LIMIT));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0",
    "0, 2000, 0",
    "0, 2001, 3",
    "1, 2000, 0",
    "1, 65535, 3",
    "2, 65535, 0",
    "3, 0, 2",
    "10, 0, 2",
    "11, 0, 2",
    "12, 0, 2",
    "16, 0, 2",
  })
  void acceptsWhatItsTableSays(int address, int value, int exception) {
    assertEquals(exception, ask(TestingWire.pdu(6, address, value)));
    assertEquals(exception, ask(TestingWire.writing(address, value)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-60, 0, 60})
  void showsTheCurrentOfThePackAndItsState(double ampere) throws Refusal {
    model.fixCurrent(ampere);
    model.step(Duration.ofMillis(200));
    assertEquals(ampere * 10, (short) read(10));
    assertEquals(ampere > 0 ? 1 : ampere < 0 ? 2 : 0, read(11));
  }
}
