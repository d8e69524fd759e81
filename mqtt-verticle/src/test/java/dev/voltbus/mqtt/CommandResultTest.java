package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.voltbus.contract.Bus;
import dev.voltbus.contract.CommandRequest.Delivery;
import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.RequestAddress;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Future;
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
/// the test itself, which lets in only one of them.
class CommandResultTest {
  private final Vertx vertx = Vertx.vertx();
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
    if (endpoint.clientIdentifier().endsWith("-cmd")) { // the other one is never answered
      endpoint.accept();
    }
  }

  private static void confirm(MqttEndpoint endpoint, MqttSubscribeMessage subscription) {
    endpoint.publish("BE/command/RESUME", Buffer.buffer(), MqttQoS.AT_LEAST_ONCE, false, false);
    endpoint.subscribeAcknowledge(
        subscription.messageId(),
        subscription.topicSubscriptions().stream().map(each -> each.qualityOfService()).toList());
    endpoint.publish("BE/command/STOP", Buffer.buffer("{}"), MqttQoS.AT_LEAST_ONCE, false, true);
  }

  private TestingGateway start() {
    Bus bus = Bus.over(vertx);
    bus.serve(
        RequestAddress.command(Fixtures.SITE),
        request ->
            Future.succeededFuture(
                CommandResult.refused(request, request.delivery().toString(), "not now")));
    return TestingGateway.start(
        vertx, bus, Fixtures.site(Fixtures.dbe(Fixtures.broker(startBroker()))));
  }

  private JsonObject result() throws InterruptedException {
    String result = results.poll(15, TimeUnit.SECONDS);
    assertNotNull(result, "no result");
    return new JsonObject(result);
  }

  // Whoever sent it would wait for an answer for ever.
  @Test
  void aResultGoesOutWhileTheConnectionOfTheValuesIsNotThere() throws InterruptedException {
    TestingGateway gateway = start();
    result();
    assertEquals(Delivery.RETAINED.toString(), result().getString("reason"));
    gateway.stop();
  }

  // A broker that ignores the wish for a clean session hands over what may be of yesterday.
  @Test
  void aCommandBeforeTheConfirmationIsSaidToHaveWaited() throws InterruptedException {
    TestingGateway gateway = start();
    JsonObject first = result();
    assertEquals("RESUME", first.getString("command"));
    assertEquals(Delivery.QUEUED.toString(), first.getString("reason"));
    gateway.stop();
  }
}
