package dev.voltbus.acquisition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.voltbus.acquisition.PushedMessage.Content;
import dev.voltbus.acquisition.PushedMessage.Fault;
import dev.voltbus.acquisition.PushedMessage.Refusal;
import dev.voltbus.contract.BitSlice;
import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.ByteOrder;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.PushSource;
import dev.voltbus.contract.ReadLimits;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import dev.voltbus.contract.WordOrder;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PushedMessageTest {
  private static final PollGroup GROUP = PollGroup.every("push", Duration.ofMinutes(1));
  private static final PollGroup OWN = PollGroup.every("topic odo", Duration.ofMinutes(1));

  private static Device car() {
    return Device.pushed(
        "car",
        new RegisterMap(
            "car",
            List.of(
                spec("soc", 0, 4, WireType.F64).inGroup("push"),
                spec("session", 4, 4, WireType.STRING).inGroup("push"),
                spec("odometer", 8, 4, WireType.F64).inGroup("topic odo")),
            List.of(GROUP, OWN),
            ReadLimits.MODBUS),
        new PushSource(
            BrokerSettings.at("b", "127.0.0.1", 1883),
            "obd",
            "ts",
            List.of(
                new PushSource.Value("soc", "level", false),
                new PushSource.Value("session", "session", false),
                new PushSource.Value("odometer", "odo", true))));
  }

  private static RegisterSpec spec(String key, int address, int words, WireType type) {
    return RegisterSpec.of(
        key,
        new WireSource(
            RegisterTable.PUSHED,
            address,
            words,
            type,
            WordOrder.HIGH_FIRST,
            ByteOrder.HIGH_FIRST,
            BitSlice.WHOLE));
  }

  private static Content read(String topic, String payload) {
    return PushedMessage.read(car(), topic, Buffer.buffer(payload));
  }

  private static double number(Content content, String group) {
    RegisterBlock block = Objects.requireNonNull(content.blocks().get(group)).getFirst().block(1);
    long bits = 0;
    for (int i = 0; i < 4; i++) {
      bits = bits << 16 | block.word(block.address() + i);
    }
    return Double.longBitsToDouble(bits);
  }

  @Test
  void eachValueComesFromItsFieldOrItsTopic() {
    assertEquals(-85.125, number(read("obd", "{\"level\":-85.125,\"x\":{}}"), "push"));
    Content plain = read("obd/odo", " 12345.6\n");
    assertEquals(12345.6, number(plain, "topic odo"));
    assertEquals(1, plain.blocks().size());
  }

  @Test
  void whatIsMissingOrNullIsNotKnownAndNoFault() {
    Content content = read("obd", "{\"level\":null}");
    assertEquals(0, content.blocks().size());
    assertEquals(List.of(), content.refusals());
    assertNull(content.at());
  }

  @ParameterizedTest
  @CsvSource({
    "1764172800, 1764172800000",
    "1764172800.25, 1764172800250",
    "1764172800250, 1764172800250",
    "'\"2025-11-26T16:00:00Z\"', 1764172800000",
    "'\"2025-11-26T17:00:00.5+01:00\"', 1764172800500"
  })
  void aTimeIsReadInEachForm(String time, long millis) {
    assertEquals(millis, read("obd", "{\"level\":1,\"ts\":" + time + "}").at());
  }

  // Without a zone nobody knows the hour; a number beyond all dates would not be one of a clock.
  @ParameterizedTest
  @ValueSource(strings = {"\"2025-11-26T16:00:00\"", "-1", "1e300", "true", "{}", "\"\""})
  void aTimeThatIsNoneMakesTheWholeMessageWorthless(String time) {
    Content content = read("obd", "{\"level\":1,\"ts\":" + time + "}");
    assertEquals(0, content.blocks().size());
    assertEquals(List.of(new Refusal("ts", Fault.TIME_FORM)), content.refusals());
  }

  @ParameterizedTest
  @CsvSource({
    "NaN, NOT_FINITE",
    "-Infinity, NOT_FINITE",
    "0x1p3, WRONG_TYPE",
    "12d, WRONG_TYPE",
    "twelve, WRONG_TYPE",
    "'', WRONG_TYPE"
  })
  void aPlainTextThatIsNoNumberIsRefused(String text, Fault fault) {
    Content content = read("obd/odo", text);
    assertEquals(0, content.blocks().size());
    assertEquals(List.of(new Refusal("odo", fault)), content.refusals());
  }

  // One faulty field must not cost the others.
  @Test
  void aFieldOfAnotherTypeIsLeftOutAlone() {
    Content content = read("obd", "{\"level\":85,\"session\":\"longer than 8\"}");
    assertEquals(85, number(content, "push"));
    assertEquals(List.of(new Refusal("session", Fault.WRONG_TYPE)), content.refusals());
  }
}
