package dev.voltbus.simulator.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a client may expect of a broker. The suite runs against ours and against mosquitto; a test
/// here that both do not pass is a difference to be removed or documented.
@Timeout(60)
abstract class MqttBrokerBehaviour {

  static final int MESSAGE_LIMIT = 256 * 1024;
  static final String USER = "gateway";
  static final String PASSWORD = "a secret of no worth";

  private final List<TestingMqttSocket> sockets = new ArrayList<>();

  /// Topics and client ids start with it, so that no test sees what another left behind.
  private String run = "";

  private String topic = "";

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
    TestingMqttSocket first = connectAs(MqttConnect.clean(""));
    TestingMqttSocket second = connectAs(MqttConnect.clean(""));
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

  // What the tests are written with

  private MqttConnect clean(String name) {
    return MqttConnect.clean(run + "-" + name);
  }

  private MqttConnect persistent(String name) {
    return MqttConnect.persistent(run + "-" + name);
  }

  private TestingMqttSocket client(String name) throws IOException {
    return connect(clean(name));
  }

  private TestingMqttSocket connect(MqttConnect connect) throws IOException {
    return connectAs(connect);
  }

  private TestingMqttSocket connectAs(MqttConnect connect) throws IOException {
    return tracked(TestingMqttSocket.connect(port(), connect));
  }

  private TestingMqttSocket open() throws IOException {
    return tracked(TestingMqttSocket.open(port()));
  }

  private TestingMqttSocket tracked(TestingMqttSocket socket) {
    sockets.add(socket);
    return socket;
  }

  private boolean sessionPresent(MqttConnect connect) throws IOException {
    TestingMqttSocket client = open();
    client.send(connect.encode());
    boolean present = client.await(MqttPacket.ConnAck.class).sessionPresent();
    client.disconnect();
    return present;
  }

  private int refusal(int port, MqttConnect connect) throws IOException {
    TestingMqttSocket client = tracked(TestingMqttSocket.open(port));
    client.send(connect.encode());
    int code = client.await(MqttPacket.ConnAck.class).code();
    if (code != 0) {
      client.awaitEnd();
    }
    return code;
  }

  private List<String> seenBy(String name, int qos, String filter) throws IOException {
    TestingMqttSocket client = client(name);
    client.subscribe(qos, filter);
    return client.drain();
  }

  /// PUBCOMP of a QoS 2 publisher comes before or after the delivery: ask it for a ping first.
  private static List<String> drainAfterHandshake(
      TestingMqttSocket publisher, TestingMqttSocket subscriber) throws IOException {
    publisher.ping();
    return subscriber.drain();
  }

  private List<String> numbered(int from, int to, String end) {
    return IntStream.range(from, to).mapToObj(i -> topic + "=" + i + end).toList();
  }

  /// The next messages, each answered at once.
  private static List<String> collect(TestingMqttSocket client, int count) throws IOException {
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
