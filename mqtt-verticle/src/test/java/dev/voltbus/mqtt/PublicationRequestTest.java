package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.PublicationReply;
import dev.voltbus.contract.PublicationReply.Outcome;
import dev.voltbus.contract.PublicationRequest;
import dev.voltbus.contract.PublicationRequest.Action;
import dev.voltbus.contract.TopicContract.Overrides;
import dev.voltbus.contract.TrialStep;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What can be asked of a publication over the bus, and what becomes of it at the broker.
class PublicationRequestTest extends BrokerBehaviour {
  private Asking ask(String publication) {
    return Asking.of(bus(), publication);
  }

  private static long count(TestingSubscriber subscriber, String topic, String payload) {
    return subscriber.heard().stream()
        .filter(heard -> heard.topic().equals(topic) && heard.payload().equals(payload))
        .count();
  }

  // Whoever trusts the status must see the gateway go and come, and no will must be sent.
  @Test
  void aReconnectSaysOfflineOnceThenOnlineThenTheValues() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = dbe();
    gateway.publish(Snapshots.charging().build());
    subscriber.await("BE/info");
    Await.until(() -> gateway.metrics().gauge("voltbus_mqtt_connected") == 2);
    PublicationReply reply = ask("dbe").ask(Action.RECONNECT);
    assertEquals(Outcome.ACCEPTED, reply.outcome(), reply.reason());
    subscriber.await("BE/status", "offline");
    Heard next = subscriber.await(heard -> true);
    assertEquals(new Heard("BE/status", "online", 1, false), next);
    subscriber.await("BE/info");
    subscriber.await("BE/spec_data");
    assertEquals(1, count(subscriber, "BE/status", "offline"));
    assertEquals(4, proxy().accepted());
    assertEquals(2, gateway.metrics().gauge("voltbus_mqtt_connected"));
    assertEquals("up", gateway.health().parts().get("publication dbe"));
    assertEquals("up", gateway.health().parts().get("publication dbe commands"));
  }

  @Test
  void commandsArriveAlsoAfterAReconnectThatWasAskedFor() throws InterruptedException {
    TestingOwner owner = TestingOwner.refusing(bus());
    dbe();
    Await.until(() -> proxy().accepted() == 2);
    assertEquals(Outcome.ACCEPTED, ask("dbe").ask(Action.RECONNECT).outcome());
    assertEquals("PAUSE", owner.askedFor(subscriber()).name());
  }

  @Test
  void samplesUnderwayAtAReconnectAreNotLost() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = kept(Fixtures.samples(broker()));
    Await.until(() -> gateway.metrics().gauge("voltbus_mqtt_connected") == 1);
    MqttVerticleBehaviour.sample(gateway, 1, 500);
    Future<PublicationReply> reply = ask("tinybms").start(Action.RECONNECT);
    MqttVerticleBehaviour.sample(gateway, 501, 1_000);
    assertEquals(Outcome.ACCEPTED, Await.result(reply).outcome());
    assertEquals(
        MqttVerticleBehaviour.upTo(1_000), MqttVerticleBehaviour.numbers(subscriber, 1_000));
  }

  // Somebody corrects a broker and does not want to wait for the pause between two attempts.
  @Test
  void aReconnectEndsThePauseBetweenTwoAttempts() {
    TestingGateway gateway =
        tinybms(broker().withReconnectInterval(Duration.ofHours(1)), Overrides.NONE);
    Await.until(() -> gateway.metrics().gauge("voltbus_mqtt_connected") == 1);
    Await.result(proxy().close());
    PublicationReply away = ask("tinybms").ask(Action.RECONNECT);
    assertEquals(Outcome.FAILED, away.outcome());
    assertTrue(away.reason().contains("refused"), away.reason());
    Await.result(proxy().open());
    assertEquals(Outcome.ACCEPTED, ask("tinybms").ask(Action.RECONNECT).outcome());
  }

  @Test
  void twoReconnectsAtOnceEndConnected() {
    TestingGateway gateway = dbe();
    Await.until(() -> gateway.metrics().gauge("voltbus_mqtt_connected") == 2);
    Future<PublicationReply> first = ask("dbe").start(Action.RECONNECT);
    Future<PublicationReply> second = ask("dbe").start(Action.RECONNECT);
    assertEquals(Outcome.ACCEPTED, Await.result(first).outcome());
    assertEquals(Outcome.ACCEPTED, Await.result(second).outcome());
    assertEquals(2, gateway.metrics().gauge("voltbus_mqtt_connected"));
  }

  // What the network held back must not act when it comes, nor what was meant for another owner.
  @Test
  void aRequestAfterItsDeadlineOrForAFormerOwnerHasNoEffect() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = dbe();
    Await.until(() -> gateway.metrics().gauge("voltbus_mqtt_connected") == 2);
    Asking asking = ask("dbe");
    PublicationReply late =
        Await.result(asking.send(asking.within(-1_000, "late", Action.RECONNECT)));
    assertEquals(Outcome.REFUSED, late.outcome());
    assertTrue(late.reason().startsWith("its deadline passed 1"), late.reason());
    PublicationRequest fit = asking.within(5_000, "foreign", Action.RECONNECT);
    PublicationReply foreign =
        Await.result(
            asking.send(
                new PublicationRequest(
                    fit.id(), fit.action(), fit.token() - 1, fit.deadlineMillis(), "a test")));
    assertEquals(Outcome.REFUSED, foreign.outcome());
    assertEquals("its deadline is by the clock of another owner", foreign.reason());
    gateway.publish(Snapshots.charging().build());
    subscriber.await("BE/info");
    assertEquals(2, proxy().accepted());
    assertEquals(0, count(subscriber, "BE/status", "offline"));
  }

  // An asker whose answer was lost asks again.
  @Test
  void theSameIdTwiceHasOneEffect() {
    TestingGateway gateway = dbe();
    Await.until(() -> gateway.metrics().gauge("voltbus_mqtt_connected") == 2);
    Asking asking = ask("dbe");
    PublicationRequest request = asking.within(5_000, "once", Action.RECONNECT);
    PublicationReply first = Await.result(asking.send(request));
    assertEquals(first, Await.result(asking.send(request)));
    assertEquals(4, proxy().accepted());
  }

  @Test
  void anActionOfALaterVersionIsRefused() {
    dbe();
    PublicationReply reply = ask("dbe").ask(Action.UNKNOWN);
    assertEquals(Outcome.REFUSED, reply.outcome());
    assertEquals("this version has no such action", reply.reason());
  }

  @Test
  void nobodyAnswersForAPublicationThatHasEnded() {
    TestingGateway gateway = dbe();
    ask("dbe").clock();
    gateway.stop();
    Throwable failure =
        Await.result(
            ask("dbe")
                .send(PublicationRequest.clock("clock", "a test"))
                .<Throwable>map(answered -> new AssertionError("answered: " + answered))
                .otherwise(nobody -> nobody));
    assertTrue(failure.getMessage().contains("No handlers"), failure.getMessage());
  }

  @Test
  void entitiesAndValuesComeAgainWhenAskedFor() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = discovered();
    gateway.publish(Snapshots.charging().build());
    subscriber.await("homeassistant/sensor/BE/cell_voltage2/config");
    Await.until(() -> "up".equals(gateway.health().parts().get("publication dbe")));
    PublicationReply reply = ask("dbe").ask(Action.DISCOVER);
    assertEquals(Outcome.ACCEPTED, reply.outcome(), reply.reason());
    assertEquals(4, reply.entities());
    subscriber.await("BE/spec_data");
    for (String entity : List.of("button/BE/PAUSE", "sensor/BE/SOC", "sensor/BE/cell_voltage2")) {
      String topic = "homeassistant/" + entity + "/config";
      assertEquals(
          2, subscriber.heard().stream().filter(heard -> heard.topic().equals(topic)).count());
    }
  }

  @Test
  void discoveryIsRefusedWhereItIsOff() {
    dbe();
    PublicationReply off = ask("dbe").ask(Action.DISCOVER);
    assertEquals(Outcome.REFUSED, off.outcome());
    assertTrue(off.reason().startsWith("discovery is off"), off.reason());
  }

  @Test
  void discoveryIsRefusedWhileNothingIsConnected() {
    Await.result(proxy().close());
    discovered();
    PublicationReply away = ask("dbe").ask(Action.DISCOVER);
    assertEquals(Outcome.REFUSED, away.outcome());
    assertEquals("not connected now; all entities are sent at the next connect", away.reason());
  }

  // The question is often why a publication that is connected is not heard.
  @Test
  void aTestRunsBesideTheConnectionThereIs() {
    TestingGateway gateway = dbe();
    Await.until(() -> gateway.metrics().gauge("voltbus_mqtt_connected") == 2);
    Future<PublicationReply> first = ask("dbe").start(Action.TEST);
    PublicationReply second = ask("dbe").ask(Action.TEST);
    PublicationReply reply = Await.result(first);
    assertEquals(Outcome.ACCEPTED, reply.outcome(), reply.reason());
    assertEquals(
        List.of("resolve", "connect", "login", "subscribe", "publish", "receive"),
        reply.steps().stream().map(TrialStep::name).toList());
    assertEquals("another test is underway", second.reason());
    assertEquals(2, gateway.metrics().gauge("voltbus_mqtt_connected"));
    assertEquals(0, gateway.metrics().count("reconnects_total"));
  }

  @Test
  void aTestThatFailsNamesTheStepAndItsCure() {
    Await.result(proxy().close());
    dbe();
    PublicationReply reply = ask("dbe").ask(Action.TEST);
    assertEquals(Outcome.FAILED, reply.outcome());
    assertTrue(reply.reason().startsWith("connect: nothing listens on mqtt://"), reply.reason());
    assertEquals(TrialStep.Outcome.NOT_TRIED, reply.steps().getLast().outcome());
  }

  // The seed's reference loses its commands after the first broker loss; ours must not.
}
