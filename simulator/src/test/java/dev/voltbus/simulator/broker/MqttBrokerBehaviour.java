package dev.voltbus.simulator.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a client may expect of a broker. The suite runs against ours and against mosquitto; a test
/// here that both do not pass is a difference to be removed or documented.
abstract class MqttBrokerBehaviour extends MqttSessionBehaviour {

  // Retained messages

  @Test
  void aRetainedMessageIsSentOnSubscribingWithItsFlagAndLiveWithoutIt() throws IOException {
    TestingMqttSocket live = client("live");
    live.subscribe(1, topic);
    client("publisher").retain(topic, "1");
    assertEquals(List.of(topic + "=1 q1"), live.drain());

    TestingMqttSocket late = client("late");
    late.subscribe(1, topic);
    assertEquals(List.of(topic + "=1 q1 retain"), late.drain());
  }

  @Test
  void onlyTheLastRetainedMessageOfATopicIsKept() throws IOException {
    TestingMqttSocket publisher = client("publisher");
    publisher.retain(topic, "1");
    publisher.retain(topic, "2");
    publisher.publish(topic, "not retained", 1);

    assertEquals(List.of(topic + "=2 q0 retain"), seenBy("late", 0, topic));
  }

  @Test
  void anEmptyPayloadClearsTheRetainedMessageAndIsStillDelivered() throws IOException {
    TestingMqttSocket live = client("live");
    live.subscribe(1, topic);
    TestingMqttSocket publisher = client("publisher");
    publisher.retain(topic, "1");
    publisher.retain(topic, "");

    assertEquals(List.of(topic + "=1 q1", topic + "= q1"), live.drain());
    assertEquals(List.of(), seenBy("late", 1, topic));
  }

  /// A dashboard that subscribes again after a reconnect relies on it.
  @Test
  void aRetainedMessageIsSentAgainOnEachSubscription() throws IOException {
    client("publisher").retain(topic, "1");
    TestingMqttSocket subscriber = client("subscriber");
    subscriber.subscribe(0, topic);
    assertEquals(List.of(topic + "=1 q0 retain"), subscriber.drain());
    subscriber.subscribe(0, topic);
    assertEquals(List.of(topic + "=1 q0 retain"), subscriber.drain());
  }

  @Test
  void aRetainedMessageComesOnceForEachFilterOfASubscription() throws IOException {
    client("publisher").retain(topic, "1");
    TestingMqttSocket subscriber = client("subscriber");
    subscriber.subscribe(0, topic, run + "/#");

    String expected = topic + "=1 q0 retain";
    assertEquals(List.of(expected, expected), subscriber.drain());
  }

  @Test
  void wildcardsFindRetainedMessages() throws IOException {
    TestingMqttSocket publisher = client("publisher");
    publisher.retain(topic, "1");
    publisher.retain(run + "/a", "2");
    publisher.retain("$" + run + "/a", "3");

    assertEquals(List.of(topic + "=1 q1 retain"), seenBy("plus", 1, run + "/+/b"));
    assertEquals(List.of(run + "/a=2 q1 retain"), seenBy("parent", 1, "+/a"));
    assertEquals(2, seenBy("all", 1, run + "/a/#").size());
  }

  // Wills

  @Test
  void theWillIsPublishedWhenAClientCrashes() throws IOException {
    TestingMqttSocket watcher = client("watcher");
    watcher.subscribe(1, topic);
    connect(clean("crashing").withWill(topic, "gone", 1, false)).crash();

    assertEquals(topic + "=gone q1", watcher.nextBrief());
  }

  @Test
  void theWillIsNotPublishedAfterACleanDisconnect() throws IOException {
    TestingMqttSocket watcher = client("watcher");
    watcher.subscribe(1, topic);
    connect(clean("stopping").withWill(topic, "gone", 1, true)).disconnect();

    assertEquals(List.of(), watcher.drain());
    assertEquals(List.of(), seenBy("late", 1, topic));
  }

  @Test
  void theWillIsPublishedWhenTheClientIdIsTakenOver() throws IOException {
    TestingMqttSocket watcher = client("watcher");
    watcher.subscribe(1, topic);
    connect(clean("twice").withWill(topic, "taken", 1, false));
    connect(clean("twice"));

    assertEquals(topic + "=taken q1", watcher.nextBrief());
  }

  /// Availability topics depend on it: a consumer that starts later must see "offline" too.
  @Test
  void aRetainedWillIsKept() throws IOException {
    TestingMqttSocket watcher = client("watcher");
    watcher.subscribe(1, topic);
    connect(clean("crashing").withWill(topic, "offline", 1, true)).crash();

    assertEquals(topic + "=offline q1", watcher.nextBrief());
    assertEquals(List.of(topic + "=offline q1 retain"), seenBy("late", 1, topic));
  }

  @Test
  void aSilentClientIsCutOffAfterItsKeepAliveTimeAndItsWillPublished() throws IOException {
    TestingMqttSocket watcher = client("watcher");
    watcher.subscribe(0, topic);
    TestingMqttSocket silent =
        connect(clean("silent").withKeepAlive(1).withWill(topic, "silent", 0, false));

    assertEquals(topic + "=silent q0", watcher.nextBrief());
    silent.awaitEnd();
  }

  @Test
  void anInvalidWillTopicEndsTheConnection() throws IOException {
    TestingMqttSocket client = open();
    client.send(clean("bad").withWill("a/#", "x", 0, false).encode());
    client.awaitEnd();
  }

  // Quality of service

  @Test
  void eachQualityOfServiceIsLoweredToTheSubscribersAndNeverRaised() throws IOException {
    TestingMqttSocket publisher = client("publisher");
    for (int subscribed = 0; subscribed <= 2; subscribed++) {
      TestingMqttSocket subscriber = client("subscriber" + subscribed);
      assertEquals(List.of(subscribed), subscriber.subscribe(subscribed, topic));
      for (int published = 0; published <= 2; published++) {
        publisher.publish(topic, "x", published);
        String expected = topic + "=x q" + Math.min(subscribed, published);
        assertEquals(List.of(expected), drainAfterHandshake(publisher, subscriber));
      }
    }
  }

  @Test
  void aQos2MessageGoesThroughTheFullHandshakeToTheSubscriber() throws IOException {
    TestingMqttSocket subscriber = client("subscriber");
    subscriber.subscribe(2, topic);
    client("publisher").publish(topic, "x", 2);

    MqttPacket.Publish message = subscriber.await(MqttPacket.Publish.class);
    subscriber.received(message.id());
    assertEquals(new MqttPacket.PubRel(message.id()), subscriber.next());
    subscriber.complete(message.id());
    assertEquals(List.of(), subscriber.drain());
  }

  /// Exactly once: a publisher repeats when it misses the answer.
  @Test
  void aRepeatedQos2MessageIsDeliveredOnce() throws IOException {
    TestingMqttSocket subscriber = client("subscriber");
    subscriber.subscribe(0, topic);
    TestingMqttSocket publisher = client("publisher");
    publisher.send(TestingMqttSocket.publishPacket(topic, Buffer.buffer("x"), 2, false, false, 7));
    assertEquals(new MqttPacket.PubRec(7), publisher.next());
    publisher.send(TestingMqttSocket.publishPacket(topic, Buffer.buffer("x"), 2, false, true, 7));
    assertEquals(new MqttPacket.PubRec(7), publisher.next());
    publisher.release(7);
    assertEquals(new MqttPacket.PubComp(7), publisher.next());

    assertEquals(List.of(topic + "=x q0"), subscriber.drain());
  }

  @Test
  void aQos2MessageWaitsForItsRelease() throws IOException {
    TestingMqttSocket subscriber = client("subscriber");
    subscriber.subscribe(0, topic);
    TestingMqttSocket publisher = client("publisher");
    publisher.send(TestingMqttSocket.publishPacket(topic, Buffer.buffer("x"), 2, false, false, 7));
    assertEquals(new MqttPacket.PubRec(7), publisher.next());
    assertEquals(List.of(), subscriber.drain());

    publisher.release(7);
    assertEquals(topic + "=x q0", subscriber.nextBrief());
  }

  /// At least once: the flag says only that the packet is a second attempt, so it is delivered.
  @Test
  void aRepeatedQos1MessageIsDeliveredAgainWithoutTheDupFlag() throws IOException {
    TestingMqttSocket subscriber = client("subscriber");
    subscriber.subscribe(1, topic);
    TestingMqttSocket publisher = client("publisher");
    publisher.send(TestingMqttSocket.publishPacket(topic, Buffer.buffer("x"), 1, false, false, 9));
    publisher.send(TestingMqttSocket.publishPacket(topic, Buffer.buffer("x"), 1, false, true, 9));

    assertEquals(topic + "=x q1", subscriber.nextBrief());
    assertEquals(topic + "=x q1", subscriber.nextBrief());
  }

  @Test
  void aReleaseOfAnUnknownMessageIsCompleted() throws IOException {
    TestingMqttSocket publisher = client("publisher");
    publisher.release(77);
    assertEquals(new MqttPacket.PubComp(77), publisher.next());
  }

  @Test
  void theOrderOfOnePublisherIsKept() throws IOException {
    for (int qos = 0; qos <= 2; qos++) {
      TestingMqttSocket subscriber = client("subscriber" + qos);
      subscriber.subscribe(qos, topic);
      TestingMqttSocket publisher = client("publisher" + qos);
      for (int i = 0; i < 200; i++) {
        publisher.publish(topic, "" + i, qos);
      }
      List<String> expected = numbered(0, 200, " q" + qos);
      assertEquals(expected, collect(subscriber, expected.size()));
      subscriber.disconnect();
    }
  }

  // Filters

  @Test
  void plusStandsForExactlyOneLevel() throws IOException {
    TestingMqttSocket subscriber = client("subscriber");
    subscriber.subscribe(0, run + "/+/x");
    TestingMqttSocket publisher = client("publisher");
    for (String middle : List.of("/1/x", "/x", "/1/2/x", "//x", "/1/x/2")) {
      publisher.publish(run + middle, "", 1);
    }
    assertEquals(List.of(run + "/1/x= q0", run + "//x= q0"), subscriber.drain());
  }

  @Test
  void hashMatchesTheParentAndAllBelow() throws IOException {
    TestingMqttSocket subscriber = client("subscriber");
    subscriber.subscribe(0, run + "/a/#");
    TestingMqttSocket publisher = client("publisher");
    for (String end : List.of("/a", "/a/", "/a/b", "/a/b/c", "/ab", "")) {
      publisher.publish(run + end, "", 1);
    }
    assertEquals(
        List.of(run + "/a= q0", run + "/a/= q0", run + "/a/b= q0", run + "/a/b/c= q0"),
        subscriber.drain());
  }

  @Test
  void aLeadingWildcardDoesNotMatchDollarTopics() throws IOException {
    TestingMqttSocket hash = client("hash");
    hash.subscribe(0, "#");
    TestingMqttSocket plus = client("plus");
    plus.subscribe(0, "+/status");
    TestingMqttSocket literal = client("literal");
    literal.subscribe(0, "$" + run + "/#");
    client("publisher").publish("$" + run + "/status", "x", 1);

    assertFalse(hash.drain().stream().anyMatch(seen -> seen.contains("$" + run)));
    assertFalse(plus.drain().stream().anyMatch(seen -> seen.contains("$" + run)));
    assertEquals(List.of("$" + run + "/status=x q0"), literal.drain());
  }

  /// Else a client could speak as the broker.
  @Test
  void aClientCannotPublishUnderSys() throws IOException {
    TestingMqttSocket subscriber = client("subscriber");
    subscriber.subscribe(0, "$SYS/" + run);
    TestingMqttSocket publisher = client("publisher");
    publisher.publish("$SYS/" + run, "x", 1);
    publisher.publish("$SYS/" + run, "x", 2);

    assertEquals(List.of(), subscriber.drain());
  }

  @Test
  void overlappingSubscriptionsDeliverOnceWithTheQosOfTheMostSpecificFilter() throws IOException {
    TestingMqttSocket subscriber = client("subscriber");
    subscriber.subscribe(2, run + "/#");
    subscriber.subscribe(1, run + "/a/+");
    subscriber.subscribe(0, topic);
    TestingMqttSocket publisher = client("publisher");
    publisher.publish(topic, "1", 2);
    publisher.publish(run + "/a/c", "2", 2);
    publisher.publish(run + "/a", "3", 2);

    assertEquals(List.of(topic + "=1 q0", run + "/a/c=2 q1", run + "/a=3 q2"), subscriber.drain());
  }

  @Test
  void aWildcardBelowTheTopicItselfComesBeforeTheLiteralFilter() throws IOException {
    TestingMqttSocket subscriber = client("subscriber");
    subscriber.subscribe(1, topic + "/#");
    subscriber.subscribe(0, topic);
    client("publisher").publish(topic, "x", 2);

    assertEquals(List.of(topic + "=x q1"), subscriber.drain());
  }

  @Test
  void aSecondSubscriptionWithTheSameFilterReplacesTheFirst() throws IOException {
    TestingMqttSocket subscriber = client("subscriber");
    subscriber.subscribe(2, topic);
    subscriber.subscribe(0, topic);
    client("publisher").publish(topic, "x", 2);

    assertEquals(List.of(topic + "=x q0"), subscriber.drain());
  }

  @Test
  void afterUnsubscribingNothingComes() throws IOException {
    TestingMqttSocket subscriber = client("subscriber");
    subscriber.subscribe(1, topic);
    subscriber.unsubscribe(topic);
    subscriber.unsubscribe(run + "/never/subscribed");
    client("publisher").publish(topic, "x", 1);

    assertEquals(List.of(), subscriber.drain());
  }

  @Test
  void eachFilterOfASubscriptionGetsItsOwnCode() throws IOException {
    assertEquals(List.of(1, 1, 1), client("subscriber").subscribe(1, topic, run + "/#", "+/x"));
  }

  @Test
  void anInvalidFilterEndsTheConnection() throws IOException {
    for (String filter : List.of("a/#/b", "a#", "a/+b", "")) {
      TestingMqttSocket client = client("bad");
      client.send(TestingMqttSocket.subscribePacket(1, 0, filter));
      client.awaitEnd();
    }
  }

  // Payloads and topics

  @Test
  void payloadsAreAnyBytes() throws IOException {
    TestingMqttSocket subscriber = client("subscriber");
    subscriber.subscribe(0, topic);
    TestingMqttSocket publisher = client("publisher");
    Buffer bytes = Buffer.buffer(new byte[] {0, 1, (byte) 0xFF, 0, (byte) 0xC3, 0x28});
    publisher.publish(topic, bytes, 1, false);
    publisher.publish(topic, "", 1);

    assertEquals(bytes, subscriber.await(MqttPacket.Publish.class).payload());
    assertEquals(0, subscriber.await(MqttPacket.Publish.class).payload().length());
  }

  @Test
  void topicsAreUnicode() throws IOException {
    String street = run + "/Straße/電池/🔋";
    TestingMqttSocket subscriber = client("subscriber");
    subscriber.subscribe(0, run + "/+/電池/#");
    client("publisher").publish(street, "voll", 1);

    assertEquals(street + "=voll q0", subscriber.nextBrief());
  }

  @Test
  void aLargeMessageArrivesAndATooLargeOneEndsTheConnection() throws IOException {
    TestingMqttSocket subscriber = client("subscriber");
    subscriber.subscribe(0, topic);
    TestingMqttSocket publisher = client("publisher");
    publisher.publish(topic, Buffer.buffer(new byte[MESSAGE_LIMIT - 100]), 1, false);
    assertEquals(
        MESSAGE_LIMIT - 100, subscriber.await(MqttPacket.Publish.class).payload().length());

    Buffer tooLarge = Buffer.buffer(new byte[MESSAGE_LIMIT + 100]);
    publisher.sendUntilEnd(TestingMqttSocket.publishPacket(topic, tooLarge, 1, false, false, 5));
    assertEquals(List.of(), subscriber.drain());
  }
}
