package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PortsTest {
  private final Ports ports = new Ports();

  private static ServerSocket taken() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  @Test
  void aUsualPortThatIsTakenGivesWayToALaterOne() throws IOException {
    try (ServerSocket holder = taken()) {
      int port = ports.giveWay(null, holder.getLocalPort(), "--mqtt-port");
      assertTrue(port > holder.getLocalPort() && port < holder.getLocalPort() + 100);
    }
  }

  @Test
  void aPortThatWasAskedForDoesNotGiveWay() throws IOException {
    try (ServerSocket holder = taken()) {
      int port = holder.getLocalPort();
      String expected =
          "port " + port + " on 127.0.0.1 is taken; choose another one with --mqtt-port";
      assertEquals(expected, refusal(() -> ports.giveWay(port, 1883, "--mqtt-port")));
      assertEquals(expected, refusal(() -> ports.insist(port, "--mqtt-port")));
    }
  }

  // Nothing listens yet when the second one is chosen.
  @Test
  void noPortIsGivenTwice() throws IOException {
    int port;
    try (ServerSocket holder = taken()) {
      port = holder.getLocalPort();
    }
    assertEquals(port, ports.insist(port, "--http-port"));
    assertTrue(ports.giveWay(null, port, "--health-port") > port);
    assertTrue(refusal(() -> ports.insist(port, "--health-port")).endsWith("--health-port"));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 65536})
  void aPortOutOfRangeIsRefused(int port) {
    assertEquals(
        "--http-port " + port + " is not in 1..65535",
        refusal(() -> ports.insist(port, "--http-port")));
  }

  // The second Modbus port follows the first one, which may be the last there is.
  @Test
  void noPortAboveTheLastIsTried() {
    assertEquals(
        "no free port in 65536..65635; choose one with --modbus-port",
        refusal(() -> ports.giveWay(null, 65536, "--modbus-port")));
  }

  private static String refusal(Executable choice) {
    return String.valueOf(assertThrows(RuntimeException.class, choice::execute).getMessage());
  }

  /// A choice that is refused.
  private interface Executable {
    void execute();
  }
}
