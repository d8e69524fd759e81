package dev.voltbus.mqtt;

import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.MqttServer;
import io.vertx.mqtt.messages.MqttPublishMessage;
import io.vertx.mqtt.messages.MqttSubscribeMessage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// Writes down what an Azure IoT Hub would see of a device. Like one it closes the connection over
/// QoS 2 and over a topic that is not the device's.
final class TestingHub {
  private final MqttServer server;
  private final List<Login> logins = new CopyOnWriteArrayList<>();
  private final List<Heard> heard = new CopyOnWriteArrayList<>();
  private final List<String> filters = new CopyOnWriteArrayList<>();
  private final List<String> ends = new CopyOnWriteArrayList<>();
  private volatile @Nullable MqttEndpoint device;

  /// What came with a CONNECT.
  record Login(
      String clientId,
      @Nullable String username,
      @Nullable String password,
      @Nullable String willTopic,
      boolean willRetain) {}

  private TestingHub(Vertx vertx) {
    server = MqttServer.create(vertx);
    server.endpointHandler(this::accept);
  }

  static TestingHub start(Vertx vertx) {
    TestingHub hub = new TestingHub(vertx);
    Await.result(hub.server.listen(0, "127.0.0.1"));
    return hub;
  }

  int port() {
    return server.actualPort();
  }

  List<Login> logins() {
    return logins;
  }

  List<Heard> heard() {
    return heard;
  }

  List<String> filters() {
    return filters;
  }

  /// How connections ended: `DISCONNECT`, or `lost`, which sends the will.
  List<String> ends() {
    return ends;
  }

  /// Waits for a message with this beginning of its topic behind `events/`.
  Heard await(String source) {
    String part = "/messages/events/source=" + source + "&";
    Await.until(() -> heard.stream().anyMatch(each -> each.topic().contains(part)));
    return heard.stream().filter(each -> each.topic().contains(part)).findFirst().orElseThrow();
  }

  void send(String bag, String payload) {
    MqttEndpoint to = device;
    if (to == null) {
      throw new AssertionError("no device is connected");
    }
    String topic = "devices/" + to.clientIdentifier() + "/messages/devicebound/" + bag;
    Await.result(to.publish(topic, Buffer.buffer(payload), MqttQoS.AT_LEAST_ONCE, false, false));
  }

  private void accept(MqttEndpoint endpoint) {
    logins.add(
        new Login(
            endpoint.clientIdentifier(),
            endpoint.auth() == null ? null : endpoint.auth().getUsername(),
            endpoint.auth() == null ? null : endpoint.auth().getPassword(),
            endpoint.will().getWillTopic(),
            endpoint.will().isWillRetain()));
    boolean[] said = {false};
    endpoint.disconnectHandler(done -> said[0] = true);
    endpoint.closeHandler(done -> ends.add(said[0] ? "DISCONNECT" : "lost"));
    endpoint.publishHandler(message -> publish(endpoint, message));
    endpoint.subscribeHandler(wanted -> subscribe(endpoint, wanted));
    endpoint.accept(false);
    device = endpoint;
  }

  private void publish(MqttEndpoint endpoint, MqttPublishMessage message) {
    String own = "devices/" + endpoint.clientIdentifier() + "/messages/events/";
    if (message.qosLevel() == MqttQoS.EXACTLY_ONCE || !message.topicName().startsWith(own)) {
      endpoint.close();
      return;
    }
    heard.add(
        new Heard(
            message.topicName(),
            message.payload().toString(StandardCharsets.UTF_8),
            message.qosLevel().value(),
            message.isRetain()));
    if (message.qosLevel() == MqttQoS.AT_LEAST_ONCE) {
      endpoint.publishAcknowledge(message.messageId());
    }
  }

  private void subscribe(MqttEndpoint endpoint, MqttSubscribeMessage wanted) {
    wanted.topicSubscriptions().forEach(each -> filters.add(each.topicName()));
    endpoint.subscribeAcknowledge(
        wanted.messageId(),
        wanted.topicSubscriptions().stream().map(each -> MqttQoS.AT_LEAST_ONCE).toList());
  }
}
