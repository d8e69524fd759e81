package dev.voltbus.simulator;

import static dev.voltbus.simulator.TestingServer.OTHER;
import static dev.voltbus.simulator.TestingServer.SETTING;
import static dev.voltbus.simulator.TestingServer.UNIT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.simulator.ModbusServer.Transport;
import io.vertx.core.buffer.Buffer;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The same device behind each transport. ASCII frames and checksums were worked out by hand.
class TransportTest {
  private static final byte[] RTU_READ = TestingWire.hex("01 03 00 0A 00 01 A4 08");
  private static final byte[] RTU_ANSWER = TestingWire.hex("01 03 02 01 F4 B8 53");
  private static final String ASCII_READ = ":0103000A0001F1\r\n";
  private static final String ASCII_ANSWER = ":01030201F405\r\n";
  private static final int PATIENCE_MS = (int) Duration.ofSeconds(20).toMillis();

  @TempDir Path folder;

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void asciiOverTcpAnswersInAsciiFrames() throws IOException {
    try (TestingServer server = TestingServer.start(Transport.ASCII_OVER_TCP);
        TestingWire wire = TestingWire.to(server.server())) {
      for (int at = 1; at < ASCII_READ.length(); at++) {
        wire.send(ascii(ASCII_READ.substring(0, at)), ascii(ASCII_READ.substring(at)));
        assertArrayEquals(ascii(ASCII_ANSWER), wire.receive(ASCII_ANSWER.length()));
      }
    }
  }

  @Test
  void asciiFindsTheRequestBehindNoise() throws IOException {
    try (TestingServer server = TestingServer.start(Transport.ASCII_OVER_TCP);
        TestingWire wire = TestingWire.to(server.server())) {
      for (String noise :
          List.of("x", ":01", ":0103000A0001F2\r\n", ":01Z3000A0001F1\r\n", ":\r\n", ":0103\n")) {
        wire.send(ascii(noise + ASCII_READ));
        assertArrayEquals(ascii(ASCII_ANSWER), wire.receive(ASCII_ANSWER.length()), noise);
      }
    }
  }

  @Test
  void aWrongChecksumSpoilsAnAsciiAnswer() throws IOException {
    try (TestingServer server = TestingServer.start(Transport.ASCII_OVER_TCP);
        TestingWire wire = TestingWire.to(server.server())) {
      server.server().fault(UNIT, new Fault.WrongCrc());
      wire.send(ascii(ASCII_READ));
      assertArrayEquals(ascii(":01030201F400\r\n"), wire.receive(ASCII_ANSWER.length()));
    }
  }

  @Test
  void udpAnswersEachDatagramByItself() throws IOException {
    try (TestingServer server = TestingServer.start(Transport.UDP);
        DatagramSocket socket = new DatagramSocket()) {
      byte[] request = TestingWire.frame(7, UNIT, TestingWire.pdu(3, SETTING, 1));
      send(socket, server, Arrays.copyOf(request, 9));
      send(socket, server, request);
      assertArrayEquals(TestingWire.hex("00 07 00 00 00 05 01 03 02 01 F4"), receive(socket));
      server.server().fault(UNIT, new Fault.WrongTransaction(1));
      send(socket, server, request);
      assertArrayEquals(TestingWire.hex("00 08 00 00 00 05 01 03 02 01 F4"), receive(socket));
    }
  }

  @Test
  void rtuOverUdpAnswersWithChecksum() throws IOException {
    try (TestingServer server = TestingServer.start(Transport.RTU_OVER_UDP);
        DatagramSocket socket = new DatagramSocket()) {
      send(socket, server, RTU_READ);
      assertArrayEquals(RTU_ANSWER, receive(socket));
    }
  }

  private static void send(DatagramSocket socket, TestingServer server, byte[] bytes)
      throws IOException {
    socket.send(
        new DatagramPacket(
            bytes, bytes.length, InetAddress.getLoopbackAddress(), server.server().port()));
  }

  private static byte[] receive(DatagramSocket socket) throws IOException {
    socket.setSoTimeout(PATIENCE_MS);
    DatagramPacket packet = new DatagramPacket(new byte[300], 300);
    socket.receive(packet);
    return Arrays.copyOf(packet.getData(), packet.getLength());
  }

  @Test
  void tlsAnswersAClientThatHasACertificateAndNoOther() throws Exception {
    TestingCertificates certificates = TestingCertificates.in(folder);
    Endpoint endpoint = Endpoint.parse("tls://127.0.0.1:0", certificates.files("server", "ca"));
    try (TestingServer server = TestingServer.start(endpoint)) {
      int port = server.server().port();
      try (SSLSocket socket = certificates.connect(port, "client")) {
        socket.getOutputStream().write(TestingWire.frame(7, UNIT, TestingWire.pdu(3, SETTING, 1)));
        assertArrayEquals(
            TestingWire.hex("00 07 00 00 00 05 01 03 02 01 F4"),
            socket.getInputStream().readNBytes(11));
      }
      assertThrows(
          IOException.class,
          () -> {
            try (SSLSocket stranger = certificates.connect(port, "")) {
              stranger.getOutputStream().write(RTU_READ);
              stranger.getInputStream().read();
            }
          });
    }
  }

  @Test
  void aSerialLineAnswersInRtuAndAsciiFrames() throws Exception {
    try (SerialPair pair = SerialPair.in(folder)) {
      for (String scheme : List.of("rtu", "ascii")) {
        Endpoint endpoint =
            Endpoint.parse(scheme + "://" + pair.near() + "?baud=19200&parity=even", null);
        byte[] request = scheme.equals("rtu") ? RTU_READ : ascii(ASCII_READ);
        byte[] answer = scheme.equals("rtu") ? RTU_ANSWER : ascii(ASCII_ANSWER);
        try (TestingServer server = TestingServer.start(endpoint);
            FileOutputStream out = new FileOutputStream(pair.far().toFile());
            FileInputStream in = new FileInputStream(pair.far().toFile())) {
          out.write(request);
          assertArrayEquals(answer, in.readNBytes(answer.length));
          server.server().fault(UNIT, new Fault.Drop());
          out.write(request);
          out.write(scheme.equals("rtu") ? rtu("02 03 00 0A 00 01") : ascii(":0203000A0001F0\r\n"));
          assertEquals(OTHER, unit(in.readNBytes(answer.length), scheme));
        }
      }
    }
  }

  private static int unit(byte[] answer, String scheme) {
    return scheme.equals("rtu") ? answer[0] : answer[2] - '0';
  }

  private static byte[] rtu(String hex) {
    Buffer frame = Buffer.buffer(TestingWire.hex(hex));
    return frame.appendUnsignedShortLE(RtuFraming.crc(frame, frame.length())).getBytes();
  }

  // Modbus over Serial Line 2.2: the master does not wait for an answer.
  @Test
  void aBroadcastIsCarriedOutByAllAndAnsweredByNobody() throws IOException {
    try (TestingServer server = TestingServer.start(Transport.RTU_OVER_TCP);
        TestingWire wire = TestingWire.to(server.server())) {
      wire.send(rtu("00 06 00 0A 00 63"), RTU_READ, rtu("02 03 00 0A 00 01"));
      assertArrayEquals(TestingWire.hex("01 03 02 00 63"), Arrays.copyOf(wire.receive(7), 5));
      assertArrayEquals(TestingWire.hex("02 03 02 00 63"), Arrays.copyOf(wire.receive(7), 5));
      assertEquals(2, server.server().writes().size());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "tcp://127.0.0.1:5020, TCP",
    "rtu+tcp://127.0.0.1:5020, RTU_OVER_TCP",
    "ascii+tcp://[::1]:5020, ASCII_OVER_TCP",
    "udp://127.0.0.1:0, UDP",
    "rtu+udp://localhost:5020, RTU_OVER_UDP",
    "rtu:///dev/ttyUSB0, RTU",
    "ascii:///dev/serial/by-id/x?baud=115200&stop=2&parity=odd&data=7, ASCII",
  })
  void anEndpointIsReadFromItsUrl(String url, Transport transport) {
    assertEquals(transport, Endpoint.parse(url, null).transport());
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:5020, is not of a form such as tcp://host:port",
    "http://127.0.0.1:5020, is not of a form such as tcp://host:port",
    "tcp://127.0.0.1, is not of a form such as tcp://host:port",
    "tcp://127.0.0.1:70000, is not of a form such as tcp://host:port",
    "rtu://ttyUSB0, is not of a form such as tcp://host:port",
    "rtu:///dev/ttyUSB0?speed=9600, '`speed=9600` is not one of baud, parity, data, stop'",
    "rtu:///dev/ttyUSB0?baud=1, `1` is not in 50..4000000",
    "rtu:///dev/ttyUSB0?parity=mark, 'parity `mark` is not one of none, even, odd'",
    "tls://127.0.0.1, tls:// needs a certificate and its key",
  })
  void aFaultyUrlIsRefusedWithWhatWouldBeValid(String url, String why) {
    String said =
        assertThrows(IllegalArgumentException.class, () -> Endpoint.parse(url, null)).getMessage();
    assertTrue(said.contains(why), said);
  }
}
