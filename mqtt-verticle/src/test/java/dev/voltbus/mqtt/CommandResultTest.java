package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.voltbus.contract.Bus;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.MqttServer;
import io.vertx.mqtt.messages.MqttSubscribeMessage;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Commands and values come over two connections, of which either may be there first. The broker is
/// the test itself, so that it can say when it lets whom in.
class CommandResultTest {
  private final Vertx vertx = Vertx.vertx();
  private final BlockingQueue<MqttEndpoint> held = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> results = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  private int startBroker() {
    MqttServer server = MqttServer.create(vertx).endpointHandler(this::admit);
    return Await.result(server.listen(0, "127.0.0.1")).actualPort();
  }

  private void admit(MqttEndpoint endpoint) {
    endpoint.subscribeHandler(subscription -> confirm(endpoint, subscription));
    endpoint.publishHandler(message -> {
      if (message.qosLevel() == MqttQoS.AT_LEAST_ONCE) {
        endpoint.publishAcknowledge(message.messageId());
      }
      if (message.topicName().equals("BE/command/result")) {
        results.add(message.payload().toString());
      }
    });
    if (endpoint.clientIdentifier().endsWith("-cmd")) {
      endpoint.accept();
    } else {
      held.add(endpoint);
    }
  }

  private static void confirm(MqttEndpoint endpoint, MqttSubscribeMessage subscription) {
    endpoint.subscribeAcknowledge(
        subscription.messageId(),
        subscription.topicSubscriptions().stream().map(each -> each.qualityOfService()).toList());
    if (endpoint.clientIdentifier().endsWith("-cmd")) {
      endpoint.publish("BE/command/STOP", Buffer.buffer("{}"), MqttQoS.AT_LEAST_ONCE, false, true);
    }
  }

  // Whoever sent it would wait for an answer for ever.
  @Test
  void aResultWaitsForTheConnectionItGoesOutOn() throws InterruptedException {
    TestingGateway gateway =
        TestingGateway.start(
            vertx, Bus.over(vertx), Fixtures.site(Fixtures.dbe(Fixtures.broker(startBroker()))));
    MqttEndpoint values = held.poll(15, TimeUnit.SECONDS);
    assertNotNull(values, "no connection for the values");
    Await.until(() -> gateway.metrics().count("commands_total", "result=refused") == 1);
    values.accept();
    String result = results.poll(15, TimeUnit.SECONDS);
    assertNotNull(result, "no result");
    assertEquals("retained", new JsonObject(result).getString("reason"));
    gateway.stop();
  }
}
