package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.deploy.TestingListener.Heard;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// `voltbus demo` as a newcomer starts it.
@Timeout(180)
class DemoIT {
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofSeconds(5);

  @Test
  void everyTopicOfTheContractsAppearsTwiceWithinAMinute() throws Exception {
    TestingMosquitto.require();
    int mqtt = PackagedProduct.freePort();
    try (PackagedProduct demo = demo(mqtt, PackagedProduct.freePort())) {
      demo.awaitLine(line -> line.contains("stop it"), START);
      try (TestingListener listener = TestingListener.on(mqtt)) {
        listener.awaitAll(
            heard ->
                DemoTopics.each(2, heard)
                    && DemoTopics.changed(heard)
                    && DemoTopics.bothSigns(heard),
            Duration.ofSeconds(60),
            "all topics twice, changed, both signs of power");
        List<Heard> heard = listener.heard();
        DemoTopics.check(heard);
        assertEquals(0, listener.heard("BE2/spec_data").size());
        demo.signal("INT");
        demo.awaitExit(STOP);
        assertEquals("offline", listener.heard("BE/status").getLast().payload());
        assertEquals("offline", listener.heard("BE2/status").getLast().payload());
      }
    }
  }

  @Test
  void demoSaysInTenLinesWhatIsWhere() throws Exception {
    int mqtt = PackagedProduct.freePort();
    try (PackagedProduct demo = demo(mqtt, PackagedProduct.freePort())) {
      demo.awaitLine(line -> line.contains("stop it"), START);
      List<String> lines = demo.output().lines().toList();
      int first = lines.indexOf("Voltbus demo: everything runs in this process, on loopback only.");
      int last = lines.indexOf("  stop it            Ctrl-C");
      assertTrue(first >= 0 && last > first, demo.output());
      List<String> said =
          lines.subList(first, last + 1).stream()
              .filter(line -> line.startsWith("  ") || line.startsWith("Voltbus"))
              .toList();
      assertEquals(10, said.size(), demo.output());
      assertTrue(
          demo.output().contains("mosquitto_sub -h 127.0.0.1 -p " + mqtt + " -v -t '#'"),
          demo.output());
    }
  }

  @Test
  void defaultPortThatIsTakenGivesWayToAFreeOne() throws Exception {
    try (ServerSocket taken = occupied(8080);
        PackagedProduct demo =
            PackagedProduct.start(
                Map.of(),
                "demo",
                "--mqtt-port=" + PackagedProduct.freePort(),
                "--health-port=" + PackagedProduct.freePort(),
                "--modbus-port=" + PackagedProduct.freePort())) {
      String line = demo.awaitLine(said -> said.contains("console            http"), START);
      assertTrue(taken.isClosed() || !line.endsWith(":8080/"), line);
    }
  }

  /// Takes the port; where somebody else has it already, that serves as well.
  private static ServerSocket occupied(int port) throws IOException {
    try {
      return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
    } catch (IOException alreadyTaken) {
      return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }
  }

  @Test
  void portThatWasAskedForAndIsTakenIsRefusedByName() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        PackagedProduct demo = demo(taken.getLocalPort(), PackagedProduct.freePort())) {
      assertEquals(1, demo.awaitExit(START));
      assertEquals(
          "port "
              + taken.getLocalPort()
              + " on 127.0.0.1 is taken; choose another one with --mqtt-port",
          demo.output());
    }
  }

  private static PackagedProduct demo(int mqtt, int modbus) throws IOException {
    return PackagedProduct.start(
        Map.of(),
        "demo",
        "--mqtt-port=" + mqtt,
        "--http-port=" + PackagedProduct.freePort(),
        "--health-port=" + PackagedProduct.freePort(),
        "--modbus-port=" + modbus);
  }
}
