package dev.voltbus.simulator.broker;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/// What the suite is written with: clients of one test, and names no other test uses.
@Timeout(60)
abstract class MqttBrokerClients {

  static final int MESSAGE_LIMIT = 256 * 1024;
  static final String USER = "gateway";
  static final String PASSWORD = "a secret of no worth";

  private final List<TestingMqttSocket> sockets = new ArrayList<>();

  /// Topics and client ids start with it, so that no test sees what another left behind.
  String run = "";

  String topic = "";

  /// Port of a broker that lets everybody in.
  abstract int port();

  /// Port of a broker that lets in USER with PASSWORD.
  abstract int securedPort();

  @BeforeEach
  void chooseNames() {
    run = UUID.randomUUID().toString().substring(0, 8);
    topic = run + "/a/b";
  }

  @AfterEach
  void closeSockets() throws IOException {
    for (TestingMqttSocket socket : sockets) {
      socket.close();
    }
    sockets.clear();
  }

  MqttConnect clean(String name) {
    return MqttConnect.clean(run + "-" + name);
  }

  MqttConnect persistent(String name) {
    return MqttConnect.persistent(run + "-" + name);
  }

  TestingMqttSocket client(String name) throws IOException {
    return connect(clean(name));
  }

  TestingMqttSocket connect(MqttConnect connect) throws IOException {
    return tracked(TestingMqttSocket.connect(port(), connect));
  }

  TestingMqttSocket open() throws IOException {
    return tracked(TestingMqttSocket.open(port()));
  }

  private TestingMqttSocket tracked(TestingMqttSocket socket) {
    sockets.add(socket);
    return socket;
  }

  boolean sessionPresent(MqttConnect connect) throws IOException {
    TestingMqttSocket client = open();
    client.send(connect.encode());
    boolean present = client.await(MqttPacket.ConnAck.class).sessionPresent();
    client.disconnect();
    return present;
  }

  int refusal(int port, MqttConnect connect) throws IOException {
    TestingMqttSocket client = tracked(TestingMqttSocket.open(port));
    client.send(connect.encode());
    int code = client.await(MqttPacket.ConnAck.class).code();
    if (code != 0) {
      client.awaitEnd();
    }
    return code;
  }

  List<String> seenBy(String name, int qos, String filter) throws IOException {
    TestingMqttSocket client = client(name);
    client.subscribe(qos, filter);
    return client.drain();
  }

  /// PUBCOMP of a QoS 2 publisher comes before or after the delivery: ask it for a ping first.
  static List<String> drainAfterHandshake(TestingMqttSocket publisher, TestingMqttSocket subscriber)
      throws IOException {
    publisher.ping();
    return subscriber.drain();
  }

  List<String> numbered(int from, int to, String end) {
    return IntStream.range(from, to).mapToObj(i -> topic + "=" + i + end).toList();
  }

  /// The next messages, each answered at once.
  static List<String> collect(TestingMqttSocket client, int count) throws IOException {
    List<String> seen = new ArrayList<>();
    while (seen.size() < count) {
      MqttPacket packet = client.next();
      client.answer(packet);
      if (packet instanceof MqttPacket.Publish message) {
        seen.add(message.brief());
      }
    }
    return seen;
  }
}
