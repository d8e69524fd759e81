package dev.voltbus.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
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
            64,
            Duration.ZERO,
            Duration.ofSeconds(1),
            TlsFiles.NONE),
        options);
    assertEquals(Duration.ofMillis(100), options.turnaround());
    assertNull(options.tap());
  }

  @ParameterizedTest
  @CsvSource({
    "tcp://10.0.0.7, tcp://10.0.0.7:502",
    "TCP://bms_1:1502/, tcp://bms_1:1502",
    "rtu+tcp://gateway:4001, rtu+tcp://gateway:4001",
    "tcp://[::1]:5020, tcp://[::1]:5020",
    "ascii+tcp://gateway, ascii+tcp://gateway:502",
    "udp://10.0.0.7:1502, udp://10.0.0.7:1502",
    "rtu+udp://gateway, rtu+udp://gateway:502",
    "tls://meter.example, tls://meter.example:802",
    "tls://meter:8802?ca-file=/etc/ca.pem, tls://meter:8802",
    "rtu:///dev/ttyUSB0, rtu:///dev/ttyUSB0?baud=19200&parity=even&data=8&stop=1",
    "ascii:///dev/ttyUSB0, ascii:///dev/ttyUSB0?baud=19200&parity=even&data=7&stop=1",
    "rtu:///dev/serial/by-id/usb-FTDI_FT232R-if00-port0?baud=9600&parity=none, "
        + "rtu:///dev/serial/by-id/usb-FTDI_FT232R-if00-port0?baud=9600&parity=none&data=8&stop=1",
    "RTU:///dev/ttyS1?stop=2&parity=Odd&baud=115200, "
        + "rtu:///dev/ttyS1?baud=115200&parity=odd&data=8&stop=2",
  })
  void urlsAreReadAndShownInOneForm(String url, String shown) {
    ModbusEndpoint endpoint = ModbusEndpoint.parse(url);
    assertEquals(shown, endpoint.toString());
    assertEquals(endpoint, ModbusEndpoint.parse(shown));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bms:502          | no '://' follows a scheme",
        "http://bms       | scheme 'http' is not known",
        "tcp://:502       | host ':502' is not a name or address",
        "tcp://a b:502    | host 'a b:502' is not a name or address",
        "tcp://bms:       | port '' is not a number within 1..65535",
        "tcp://bms:5o2    | port '5o2' is not a number within 1..65535",
        "tcp://bms:0      | port 0 is not within 1..65535",
        "tcp://bms:65536  | port 65536 is not within 1..65535",
        "tcp://bms:502/x  | '/x' after the port has no meaning",
        "tcp://bms#x      | '#x' has no meaning",
        "tcp://bms?unit=1 | 'unit' in the query is not known; valid: none is",
        "udp://bms?x      | 'x' in the query is not key=value",
        "rtu://dev/ttyS0  | 'dev/ttyS0' is not a path from the root; a serial port is"
            + " rtu:///dev/...",
        "rtu://           | no serial port is named; give its path as rtu:///dev/...",
        "rtu:///dev/t?baud=fast | baud 'fast' is not a number within 50..4000000",
        "rtu:///dev/t?baud=0    | baud 0 is not within 50..4000000",
        "rtu:///dev/t?parity=8  | parity '8' is not none, even or odd",
        "rtu:///dev/t?data=7    | data 7 is not within 8..8",
        "ascii:///dev/t?data=6  | data 6 is not within 7..8",
        "rtu:///dev/t?stop=3    | stop 3 is not within 1..2",
        "rtu:///dev/t?speed=1   | 'speed' in the query is not known; valid: baud, data, parity,"
            + " stop",
        "rtu:///dev/t?baud=1200&baud=2400 | 'baud' stands twice in the query",
      })
  void badUrlIsRefusedByItsWrongPart(String url, String fault) {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> ModbusEndpoint.parse(url));
    assertEquals(
        "endpoint '%s': %s; valid are tcp, rtu+tcp, ascii+tcp, udp, rtu+udp and tls with"
                .formatted(url, fault)
            + " ://host:port, rtu and ascii with :///dev/...",
        String.valueOf(refusal.getMessage()));
  }

  @Test
  void tlsFilesMayStandInTheUrl() {
    assertEquals(
        new TlsFiles(Path.of("/c/ca.pem"), Path.of("/c/cert.pem"), Path.of("/c/key.pem"), false),
        ModbusClientOptions.of(
                "tls://meter?ca-file=/c/ca.pem&certificate-file=/c/cert.pem&key-file=/c/key.pem"
                    + "&verify-host=false")
            .tls());
    IllegalArgumentException half =
        assertThrows(
            IllegalArgumentException.class,
            () -> ModbusClientOptions.of("tls://meter?key-file=/c/key.pem"));
    assertTrue(
        String.valueOf(half.getMessage())
            .contains(
                "certificate-file (none) and key-file /c/key.pem belong together: give both or"
                    + " none"),
        half::getMessage);
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
    assertRefused(
        "pauseAfterConnect 60001 ms is not within 0 ms..60000 ms",
        () -> options.withPauseAfterConnect(Duration.ofMillis(60_001)));
    assertRefused(
        "lateness -1 ms is not within 0 ms..60000 ms",
        () -> options.withLateness(Duration.ofMillis(-1)));
    assertRefused(
        "gap 60001 ms is not within 0 ms..60000 ms", () -> Pacing.gap(Duration.ofMillis(60_001)));
  }

  private static void assertRefused(String message, Runnable call) {
    IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, call::run);
    assertEquals(message, String.valueOf(refusal.getMessage()));
  }
}
