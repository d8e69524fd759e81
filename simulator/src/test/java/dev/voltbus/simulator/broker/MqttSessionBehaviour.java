package dev.voltbus.simulator.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The part of [MqttBrokerBehaviour] about connecting and what outlives a connection.
abstract class MqttSessionBehaviour extends MqttBrokerClients {

  // Sessions

  @Test
  void theSessionPresentFlagTellsWhetherAPersistentSessionGoesOn() throws IOException {
    assertFalse(sessionPresent(persistent("gateway")));
    assertTrue(sessionPresent(persistent("gateway")));
    assertFalse(sessionPresent(clean("gateway")));
    assertFalse(sessionPresent(persistent("gateway")));
  }

  @Test
  void aPersistentSessionQueuesQos1And2ButNotQos0() throws IOException {
    TestingMqttSocket subscriber = connect(persistent("sleeper"));
    subscriber.subscribe(2, topic);
    subscriber.disconnect();
    TestingMqttSocket publisher = client("publisher");
    publisher.publish(topic, "0", 0);
    publisher.publish(topic, "1", 1);
    publisher.publish(topic, "2", 2);

    List<String> expected = List.of(topic + "=1 q1", topic + "=2 q2");
    assertEquals(expected, collect(connect(persistent("sleeper")), 2));
  }

  @Test
  void aCleanSessionForgetsItsSubscriptions() throws IOException {
    TestingMqttSocket subscriber = client("forgetful");
    subscriber.subscribe(1, topic);
    subscriber.disconnect();
    client("publisher").publish(topic, "x", 1);

    TestingMqttSocket again = connect(persistent("forgetful"));
    client("publisher").publish(topic, "y", 1);
    assertEquals(List.of(), again.drain());
  }

  @Test
  void aCleanConnectionDiscardsThePersistentSession() throws IOException {
    TestingMqttSocket subscriber = connect(persistent("sleeper"));
    subscriber.subscribe(1, topic);
    subscriber.disconnect();
    client("publisher").publish(topic, "x", 1);

    assertEquals(List.of(), client("sleeper").drain());
  }

  /// The first attempt may have been lost with the connection.
  @Test
  void unacknowledgedMessagesComeAgainWithDupAndTheSameId() throws IOException {
    TestingMqttSocket subscriber = connect(persistent("flaky"));
    subscriber.subscribe(2, topic);
    TestingMqttSocket publisher = client("publisher");
    publisher.publish(topic, "1", 1);
    publisher.publish(topic, "2", 2);
    MqttPacket.Publish first = subscriber.await(MqttPacket.Publish.class);
    MqttPacket.Publish second = subscriber.await(MqttPacket.Publish.class);
    subscriber.crash();

    TestingMqttSocket again = connect(persistent("flaky"));
    MqttPacket.Publish firstAgain = again.await(MqttPacket.Publish.class);
    MqttPacket.Publish secondAgain = again.await(MqttPacket.Publish.class);
    assertEquals(topic + "=1 q1 dup", firstAgain.brief());
    assertEquals(topic + "=2 q2 dup", secondAgain.brief());
    assertEquals(List.of(first.id(), second.id()), List.of(firstAgain.id(), secondAgain.id()));
  }

  @Test
  void afterPubRecOnlyTheReleaseIsRepeated() throws IOException {
    TestingMqttSocket subscriber = connect(persistent("flaky"));
    subscriber.subscribe(2, topic);
    client("publisher").publish(topic, "x", 2);
    MqttPacket.Publish message = subscriber.await(MqttPacket.Publish.class);
    subscriber.received(message.id());
    subscriber.await(MqttPacket.PubRel.class);
    subscriber.crash();

    TestingMqttSocket again = connect(persistent("flaky"));
    assertEquals(new MqttPacket.PubRel(message.id()), again.next());
    again.complete(message.id());
    assertEquals(List.of(), again.drain());
  }

  @Test
  void whatWasQueuedComesBehindWhatWasInFlight() throws IOException {
    TestingMqttSocket subscriber = connect(persistent("flaky"));
    subscriber.subscribe(1, topic);
    TestingMqttSocket publisher = client("publisher");
    for (int i = 0; i < 50; i++) {
      publisher.publish(topic, "" + i, 1);
    }
    for (int i = 0; i < 20; i++) {
      assertEquals(topic + "=" + i + " q1", subscriber.nextBrief());
    }
    subscriber.crash();

    List<String> expected = new ArrayList<>(numbered(0, 20, " q1 dup"));
    expected.addAll(numbered(20, 50, " q1"));
    assertEquals(expected, collect(connect(persistent("flaky")), 50));
  }

  /// A sleeping client must not fill the broker's memory.
  @Test
  void theQueueOfASleepingClientIsBoundedAndLosesTheNewest() throws IOException {
    TestingMqttSocket subscriber = connect(persistent("sleeper"));
    subscriber.subscribe(1, topic);
    subscriber.disconnect();
    TestingMqttSocket publisher = client("publisher");
    for (int i = 0; i < 1100; i++) {
      publisher.publish(topic, "" + i, 1);
    }
    TestingMqttSocket again = connect(persistent("sleeper"));
    assertEquals(numbered(0, 1000, " q1"), collect(again, 1000));
    assertEquals(List.of(), again.drain());
  }

  @Test
  void aQos2MessageCanBeReleasedOnTheNextConnection() throws IOException {
    TestingMqttSocket subscriber = client("subscriber");
    subscriber.subscribe(0, topic);
    TestingMqttSocket publisher = connect(persistent("publisher"));
    publisher.send(TestingMqttSocket.publishPacket(topic, Buffer.buffer("x"), 2, false, false, 7));
    publisher.await(MqttPacket.PubRec.class);
    publisher.crash();

    TestingMqttSocket again = connect(persistent("publisher"));
    again.release(7);
    assertEquals(new MqttPacket.PubComp(7), again.next());
    assertEquals(topic + "=x q0", subscriber.nextBrief());
  }

  @Test
  void takingOverAClientIdClosesTheOlderConnection() throws IOException {
    TestingMqttSocket older = client("twice");
    TestingMqttSocket newer = client("twice");

    older.awaitEnd();
    newer.ping();
  }

  @Test
  void aSessionTakenOverGoesOnWithoutLoss() throws IOException {
    TestingMqttSocket older = connect(persistent("twice"));
    older.subscribe(1, topic);
    client("publisher").publish(topic, "x", 1);
    older.await(MqttPacket.Publish.class);

    TestingMqttSocket newer = connect(persistent("twice"));
    assertEquals(topic + "=x q1 dup", newer.nextBrief());
  }

  // Connecting

  @Test
  void anEmptyClientIdIsAcceptedForACleanSession() throws IOException {
    TestingMqttSocket first = connect(MqttConnect.clean(""));
    TestingMqttSocket second = connect(MqttConnect.clean(""));
    first.ping();
    second.ping();
  }

  @Test
  void anEmptyClientIdIsRefusedForAPersistentSession() throws IOException {
    assertEquals(2, refusal(port(), MqttConnect.persistent("")));
  }

  @Test
  void aLongClientIdIsAccepted() throws IOException {
    connect(clean("a-client-id-far-longer-than-the-23-characters-of-the-specification")).ping();
  }

  @Test
  void theRightPasswordIsAcceptedAndAnyOtherRefused() throws IOException {
    MqttConnect client = clean("client");
    assertEquals(0, refusal(securedPort(), client.as(USER, PASSWORD)));
    assertEquals(5, refusal(securedPort(), client.as(USER, "wrong")));
    assertEquals(5, refusal(securedPort(), client.as("somebody", PASSWORD)));
    assertEquals(5, refusal(securedPort(), client));
  }

  @Test
  void aPacketBeforeConnectEndsTheConnection() throws IOException {
    TestingMqttSocket client = open();
    client.send(TestingMqttSocket.publishPacket(topic, Buffer.buffer("x"), 0, false, false, 0));
    client.awaitEnd();
  }

  @Test
  void aSecondConnectEndsTheConnection() throws IOException {
    TestingMqttSocket client = client("twice");
    client.send(clean("twice").encode());
    client.awaitEnd();
  }

  @Test
  void theWillIsPublishedWhenAClientBreaksTheProtocol() throws IOException {
    TestingMqttSocket watcher = client("watcher");
    watcher.subscribe(0, topic);
    TestingMqttSocket client = connect(clean("bad").withWill(topic, "gone", 0, false));
    client.send(TestingMqttSocket.publishPacket("a/#", Buffer.buffer("x"), 0, false, false, 0));
    client.awaitEnd();

    assertEquals(topic + "=gone q0", watcher.nextBrief());
  }

  @Test
  void publishingToAWildcardEndsTheConnection() throws IOException {
    for (String wildcard : List.of(run + "/#", run + "/+", "")) {
      TestingMqttSocket client = client("bad");
      client.send(
          TestingMqttSocket.publishPacket(wildcard, Buffer.buffer("x"), 0, false, false, 0));
      client.awaitEnd();
    }
  }

  @Test
  void garbageEndsTheConnection() throws IOException {
    for (int header : List.of(0x00, 0xF0, 0x80, 0x36)) {
      TestingMqttSocket client = client("garbage");
      client.send(TestingMqttSocket.packet(header, Buffer.buffer(new byte[] {0, 1, 2, 3})));
      client.awaitEnd();
    }
  }
}
