package dev.voltbus.simulator.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// An MQTT client that does nothing by itself: each packet is sent and read by the test, so that
/// acknowledgements can be left out and connections broken at any point.
final class TestingMqttSocket implements AutoCloseable {

  private static final int READ_LIMIT_MS = 15_000;

  private final Socket socket;
  private final DataInputStream in;
  private int lastId;

  private TestingMqttSocket(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(socket.getInputStream());
  }

  /// A TCP connection without CONNECT.
  static TestingMqttSocket open(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(READ_LIMIT_MS);
    return new TestingMqttSocket(socket);
  }

  /// A connected client that acknowledges nothing by itself.
  static TestingMqttSocket connect(int port, MqttConnect connect) throws IOException {
    TestingMqttSocket client = open(port);
    client.send(connect.encode());
    MqttPacket.ConnAck answer = client.await(MqttPacket.ConnAck.class);
    assertEquals(0, answer.code(), "CONNACK code for " + connect.clientId());
    return client;
  }

  void send(Buffer packet) throws IOException {
    socket.getOutputStream().write(packet.getBytes());
  }

  /// Sends a packet of which the broker may not want to see the end.
  void sendUntilEnd(Buffer packet) throws IOException {
    try {
      send(packet);
    } catch (SocketException cutOff) {
      return;
    }
    awaitEnd();
  }

  /// The next packet; fails when none comes in time or the broker closes.
  MqttPacket next() throws IOException {
    int header = in.readUnsignedByte();
    int length = remainingLength();
    return MqttPacket.decode(header, Buffer.buffer(in.readNBytes(length)));
  }

  /// The next packet, which must be of this type.
  <T extends MqttPacket> T await(Class<T> type) throws IOException {
    return assertInstanceOf(type, next());
  }

  String nextBrief() throws IOException {
    return await(MqttPacket.Publish.class).brief();
  }

  /// Reads what is still on the way until the broker ends the connection.
  void awaitEnd() throws IOException {
    try (InputStream rest = socket.getInputStream()) {
      rest.transferTo(OutputStream.nullOutputStream());
    } catch (SocketException reset) {
      assertTrue(String.valueOf(reset.getMessage()).contains("reset"), reset.toString());
    }
  }

  List<Integer> subscribe(int qos, String... filters) throws IOException {
    int id = nextId();
    send(subscribePacket(id, qos, filters));
    MqttPacket.SubAck answer = await(MqttPacket.SubAck.class);
    assertEquals(id, answer.id());
    return answer.codes();
  }

  void unsubscribe(String filter) throws IOException {
    int id = nextId();
    send(packet(0xA2, appendText(Buffer.buffer().appendUnsignedShort(id), filter)));
    assertEquals(new MqttPacket.UnsubAck(id), next());
  }

  void publish(String topic, String payload) throws IOException {
    publish(topic, Buffer.buffer(payload), 0, false);
  }

  void retain(String topic, String payload) throws IOException {
    publish(topic, Buffer.buffer(payload), 1, true);
  }

  void publish(String topic, String payload, int qos) throws IOException {
    publish(topic, Buffer.buffer(payload), qos, false);
  }

  /// Publishes and goes through the whole handshake.
  void publish(String topic, Buffer payload, int qos, boolean retain) throws IOException {
    int id = qos == 0 ? 0 : nextId();
    send(publishPacket(topic, payload, qos, retain, false, id));
    if (qos == 1) {
      assertEquals(new MqttPacket.PubAck(id), next());
    } else if (qos == 2) {
      assertEquals(new MqttPacket.PubRec(id), next());
      release(id);
      assertEquals(new MqttPacket.PubComp(id), next());
    }
  }

  void acknowledge(int id) throws IOException {
    send(packet(0x40, Buffer.buffer().appendUnsignedShort(id)));
  }

  void received(int id) throws IOException {
    send(packet(0x50, Buffer.buffer().appendUnsignedShort(id)));
  }

  void release(int id) throws IOException {
    send(packet(0x62, Buffer.buffer().appendUnsignedShort(id)));
  }

  void complete(int id) throws IOException {
    send(packet(0x70, Buffer.buffer().appendUnsignedShort(id)));
  }

  void ping() throws IOException {
    send(packet(0xC0, Buffer.buffer()));
    await(MqttPacket.PingResp.class);
  }

  /// Everything that was on its way to this client, in short form: reads until a message of its own
  /// comes back, behind which nothing earlier can be, and until each QoS 2 handshake is through.
  List<String> drain() throws IOException {
    String fence = "fence/" + UUID.randomUUID();
    send(subscribePacket(nextId(), 0, fence));
    publish(fence, "");
    List<String> seen = new ArrayList<>();
    int open = 0;
    for (boolean fenced = false; !fenced || open > 0; ) {
      MqttPacket packet = next();
      answer(packet);
      if (isFrom(fence, packet)) {
        fenced = true;
      } else if (packet instanceof MqttPacket.Publish message) {
        seen.add(message.brief());
        open += message.qos() == 2 ? 1 : 0;
      } else if (packet instanceof MqttPacket.PubRel) {
        open--;
      }
    }
    return seen;
  }

  /// The regular end: no will.
  void disconnect() throws IOException {
    send(packet(0xE0, Buffer.buffer()));
    awaitEnd();
    close();
  }

  /// The other end: the connection breaks without DISCONNECT.
  void crash() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  static Buffer subscribePacket(int id, int qos, String... filters) {
    Buffer body = Buffer.buffer().appendUnsignedShort(id);
    for (String filter : filters) {
      appendText(body, filter).appendByte((byte) qos);
    }
    return packet(0x82, body);
  }

  static Buffer publishPacket(
      String topic, Buffer payload, int qos, boolean retain, boolean dup, int id) {
    Buffer body = appendText(Buffer.buffer(), topic);
    if (qos > 0) {
      body.appendUnsignedShort(id);
    }
    return packet(0x30 | (dup ? 8 : 0) | qos << 1 | (retain ? 1 : 0), body.appendBuffer(payload));
  }

  static Buffer packet(int header, Buffer body) {
    Buffer packet = Buffer.buffer().appendUnsignedByte((short) header);
    int rest = body.length();
    do {
      int digit = rest & 0x7F;
      rest >>= 7;
      packet.appendUnsignedByte((short) (rest > 0 ? digit | 0x80 : digit));
    } while (rest > 0);
    return packet.appendBuffer(body);
  }

  static Buffer appendText(Buffer buffer, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return buffer.appendUnsignedShort(utf8.length).appendBytes(utf8);
  }

  /// Takes the next step of the handshake this packet belongs to.
  void answer(MqttPacket packet) throws IOException {
    if (packet instanceof MqttPacket.Publish message && message.qos() == 1) {
      acknowledge(message.id());
    } else if (packet instanceof MqttPacket.Publish message && message.qos() == 2) {
      received(message.id());
    } else if (packet instanceof MqttPacket.PubRel release) {
      complete(release.id());
    }
  }

  private static boolean isFrom(String fence, MqttPacket packet) {
    return packet instanceof MqttPacket.Publish message && message.topic().equals(fence);
  }

  private int nextId() {
    lastId = lastId % 65_535 + 1;
    return lastId;
  }

  private int remainingLength() throws IOException {
    int length = 0;
    int digit;
    int shift = 0;
    do {
      digit = in.readUnsignedByte();
      length |= (digit & 0x7F) << shift;
      shift += 7;
    } while ((digit & 0x80) != 0);
    return length;
  }
}
