package dev.voltbus.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModbusClientOptionsTest {
  @Test
  void defaultsAreThoseOfTheDocumentation() {
    ModbusClientOptions options = ModbusClientOptions.of("tcp://bms.example");
    assertEquals(
        new ModbusClientOptions(
            new ModbusEndpoint.Tcp("bms.example", 502),
            Duration.ofSeconds(3),
            Duration.ofSeconds(1),
            64),
        options);
  }

  @ParameterizedTest
  @CsvSource({
    "tcp://10.0.0.7, tcp://10.0.0.7:502",
    "TCP://bms_1:1502/, tcp://bms_1:1502",
    "rtu+tcp://gateway:4001, rtu+tcp://gateway:4001",
    "tcp://[::1]:5020, tcp://[::1]:5020",
  })
  void urlsAreReadAndShownInOneForm(String url, String shown) {
    assertEquals(shown, ModbusEndpoint.parse(url).toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bms:502          | no '://' follows a scheme",
        "http://bms       | scheme 'http' is not known",
        "rtu:///dev/ttyS0 | scheme 'rtu' is not known",
        "tcp://:502       | host ':502' is not a name or address",
        "tcp://a b:502    | host 'a b:502' is not a name or address",
        "tcp://bms:       | port '' is not a number within 1..65535",
        "tcp://bms:5o2    | port '5o2' is not a number within 1..65535",
        "tcp://bms:0      | port 0 is not within 1..65535",
        "tcp://bms:65536  | port 65536 is not within 1..65535",
        "tcp://bms:502/x  | '/x' after the port has no meaning",
      })
  void badUrlIsRefusedByItsWrongPart(String url, String fault) {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> ModbusEndpoint.parse(url));
    assertEquals(
        "endpoint '%s': %s; valid are tcp://host:port and rtu+tcp://host:port"
            .formatted(url, fault),
        String.valueOf(refusal.getMessage()));
  }

  @Test
  void rangesAreChecked() {
    ModbusClientOptions options = ModbusClientOptions.of("tcp://bms");
    assertRefused(
        "connectTimeout 0 ms is not within 1 ms..60000 ms",
        () -> options.withConnectTimeout(Duration.ZERO));
    assertRefused(
        "requestTimeout 600001 ms is not within 1 ms..600000 ms",
        () -> options.withRequestTimeout(Duration.ofMillis(600_001)));
    assertRefused("queueBound 0 is not within 1..65536", () -> options.withQueueBound(0));
  }

  private static void assertRefused(String message, Runnable call) {
    IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, call::run);
    assertEquals(message, String.valueOf(refusal.getMessage()));
  }
}
