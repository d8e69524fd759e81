package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.CommandRequest;
import dev.voltbus.contract.CommandRequest.Delivery;
import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.CommandResult.About;
import dev.voltbus.contract.CommandResult.Status;
import dev.voltbus.contract.Control;
import dev.voltbus.contract.ControlState.Mode;
import dev.voltbus.contract.Limits;
import dev.voltbus.contract.Publication;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Commands, their results and the state of the control, between a broker and a command owner.
class ControlVerticleTest extends BrokerBehaviour {
  private static final String RESULT = "BE/command/result";
  private static final String STATE = "BE/control";
  private static final long END = 1_795_759_200_123L;
  private static final Set<String> ALL = Set.copyOf(Control.COMMANDS);

  private final StandingTime time = new StandingTime();
  private TestingOwner owner;
  private TestingSubscriber subscriber;

  @BeforeEach
  void startOwner() {
    owner = new TestingOwner(bus());
    subscriber = subscriber();
  }

  private TestingGateway start(boolean clearRetained) {
    return start(clearRetained, OFTEN);
  }

  private TestingGateway start(boolean clearRetained, Duration interval) {
    Publication publication = Fixtures.withEvents(Fixtures.dbe(broker(), interval));
    TestingGateway gateway =
        TestingGateway.start(
            vertx(), bus(), TestingOwner.site(clearRetained, ALL, publication), time);
    Await.until(() -> gateway.metrics().gauge("voltbus_mqtt_connected") == 2);
    Await.until(() -> "up".equals(gateway.health().parts().get("publication dbe commands")));
    return gateway;
  }

  private void send(String name, String payload) {
    subscriber.publish("BE/command/" + name, payload, false);
  }

  private JsonObject next(String topic) {
    return new JsonObject(subscriber.await(topic).payload());
  }

  private boolean isHeard(String topic) {
    return subscriber.heard().stream().anyMatch(heard -> heard.topic().equals(topic));
  }

  /// All that was sent before has arrived.
  private void marker() {
    subscriber.publish("marker", "", false);
    subscriber.await("marker");
  }

  // ---- intake

  // Each refusal has its audit line at the owner, also of what is no command.
  @Test
  void unknownAndLargeCommandsGoToTheOwner() throws InterruptedException {
    TestingGateway gateway = start(false);
    send("pause", "x".repeat(5_000));
    CommandRequest request = owner.asked();
    assertEquals("pause", request.name());
    assertEquals(Delivery.LIVE, request.delivery());
    assertEquals(4_097, request.payload().length());
    assertEquals("dbe", request.origin());
    send("N".repeat(70), "");
    assertEquals("N".repeat(64), owner.asked().name());
    subscriber.await(RESULT);
    subscriber.await(RESULT);
    assertNull(owner.asked(200), "our own results are no commands");
    assertEquals(2, gateway.metrics().count("commands_total", "result=accepted"));
  }

  // The owner judges the end by its own clock, so that what the network held back has no effect.
  @Test
  void aCommandEndsByTheClockOfTheNewestOwner() throws InterruptedException {
    start(false);
    send("PAUSE", "");
    assertEquals(0, owner.asked().until().ownerToken());
    owner.tell(7, 5, TestingOwner.running());
    subscriber.await(STATE);
    owner.tell(6, 99, TestingOwner.in(Mode.STOPPED));
    owner.tell(7, 4, TestingOwner.in(Mode.STOPPED));
    time.leap(Duration.ofSeconds(2));
    send("PAUSE", "");
    assertEquals(new CommandRequest.Until(5_000, 7, 1_000 + 2_000 + 5_000), owner.asked().until());
  }

  @Test
  void pauseAndStopAreNotHeldUpByWhatWaits() throws InterruptedException {
    start(false);
    owner.answering(request -> Promise.<CommandResult>promise().future());
    for (int i = 0; i < 32; i++) {
      send("RESUME", "");
      owner.asked();
    }
    send("RESUME", "");
    JsonObject refused = next(RESULT);
    assertEquals("rate-limit", refused.getString("reason"));
    assertEquals("32 commands are waiting already", refused.getString("text"));
    owner.answering(
        request -> Future.succeededFuture(TestingOwner.result(request, Status.ACCEPTED, "")));
    send("PAUSE", "");
    assertEquals("PAUSE accepted", commandAndStatus(next(RESULT)));
    send("STOP", "");
    assertEquals("STOP accepted", commandAndStatus(next(RESULT)));
  }

  private static String commandAndStatus(JsonObject result) {
    return result.getString("command") + " " + result.getString("status");
  }

  // ---- results

  private static CommandResult full(CommandRequest request, Status status) {
    return new CommandResult(
        request.id(),
        status,
        "for people",
        "lowered",
        new About(request.name(), request.device(), request.origin()),
        "mine",
        new Limits(50.0, 100.0),
        new Limits(50.0, 33.33333),
        END,
        29_500);
  }

  @Test
  void aResultSaysAllThatIsKnownInAFixedOrder() throws InterruptedException {
    start(false);
    owner.answering(request -> Future.succeededFuture(full(request, Status.ACCEPTED)));
    send("SET_LIMITS", "{}");
    Heard result = subscriber.await(RESULT);
    assertEquals(
        "{\"status\":\"accepted\",\"command\":\"SET_LIMITS\",\"id\":\""
            + owner.asked().id()
            + "\",\"correlation_id\":\"mine\",\"device\":\"bms\",\"reason\":\"lowered\","
            + "\"text\":\"for people\",\"requested\":{\"max_charge\":50,\"max_discharge\":100},"
            + "\"effective\":{\"max_charge\":50,\"max_discharge\":33.333},"
            + "\"expires_at\":\"2026-11-27T06:00:00.123Z\",\"remaining_s\":29.5}",
        result.payload());
    assertEquals(1, result.qos());
    assertFalse(subscriber().heard().stream().anyMatch(Heard::retained));
  }

  // On a bus of several nodes a later result may overtake the answer.
  @Test
  void theAnswerComesBeforeLaterResultsOfTheSameCommand() throws InterruptedException {
    TestingGateway gateway = start(false);
    Promise<CommandResult> answer = Promise.promise();
    owner.answering(request -> answer.future());
    send("SET_LIMITS", "{}");
    CommandRequest request = owner.asked();
    owner.tell(TestingOwner.result(request, Status.WRITTEN, ""));
    CommandResult other = TestingOwner.result(request, Status.NOT_FOLLOWED, "too much");
    owner.tell(
        new CommandResult(
            "other", other.status(), "", "", other.about(), "", Limits.NONE, Limits.NONE, 0, 0));
    assertEquals("not-followed", next(RESULT).getString("status"), "that of another id goes out");
    answer.complete(TestingOwner.result(request, Status.ACCEPTED, ""));
    assertEquals("accepted", next(RESULT).getString("status"));
    assertEquals("written", next(RESULT).getString("status"));
    owner.tell(TestingOwner.result(request, Status.VERIFIED, ""));
    assertEquals("verified", next(RESULT).getString("status"));
    assertEquals(1, gateway.metrics().count("commands_total"), "first answers are counted");
  }

  @Test
  void resultsOfCommandsThatCameAnotherWayAreNotTold() throws InterruptedException {
    start(false);
    send("PAUSE", "");
    CommandRequest request = owner.asked();
    subscriber.await(RESULT);
    CommandResult mine = TestingOwner.result(request, Status.VERIFIED, "");
    owner.tell(
        new CommandResult(
            "console",
            Status.WRITTEN,
            "",
            "",
            new About("PAUSE", Fixtures.DEVICE, ""),
            "",
            Limits.NONE,
            Limits.NONE,
            0,
            0));
    owner.tell(mine);
    assertEquals("verified", next(RESULT).getString("status"));
  }

  // ---- state

  @Test
  void theStateIsKeptByTheBrokerAndToldWithEachChange() {
    start(false);
    owner.tell(TestingOwner.paused(true, true));
    assertEquals(
        "{\"mode\":\"paused\",\"paused_by\":[\"person\",\"gateway\"],\"max_charge\":0,"
            + "\"max_discharge\":0,\"requested_max_charge\":null,\"requested_max_discharge\":null,"
            + "\"expires_at\":null,\"remaining_s\":0,\"settled\":true,\"in_contact\":true}",
        subscriber.await(STATE).payload());
    owner.tell(TestingOwner.paused(true, true));
    owner.tell(TestingOwner.limited(50, 100.5, END, 30_000));
    Heard limited = subscriber.await(STATE);
    assertEquals(
        "{\"mode\":\"running\",\"paused_by\":[],\"max_charge\":50,\"max_discharge\":100.5,"
            + "\"requested_max_charge\":50,\"requested_max_discharge\":100.5,"
            + "\"expires_at\":\"2026-11-27T06:00:00.123Z\",\"remaining_s\":30,"
            + "\"settled\":true,\"in_contact\":true}",
        limited.payload());
    assertEquals(new Heard(STATE, limited.payload(), 1, true), subscriber().await(STATE));
  }

  @Test
  void theStateComesAgainAfterAReconnect() {
    start(false);
    owner.tell(TestingOwner.running());
    subscriber.await(STATE);
    Await.result(proxy().breakAll());
    subscriber.await("BE/status", "online");
    assertEquals("running", next(STATE).getString("mode"));
  }

  // What is no longer sent must not stay at the broker as if it held.
  @Test
  void theStateOfABatteryThatIsNotControlledAnyMoreIsCleared() {
    Publication publication = Fixtures.dbe(broker(), OFTEN);
    TestingGateway gateway =
        TestingGateway.start(vertx(), bus(), TestingOwner.site(false, ALL, publication), state());
    Await.until(() -> gateway.metrics().gauge("voltbus_mqtt_connected") == 2);
    owner.tell(TestingOwner.running());
    subscriber.await(STATE);
    gateway.stop();
    TestingGateway next = kept(publication);
    assertEquals("", subscriber.await(STATE, "").payload());
    next.stop();
  }

  // ---- telemetry

  @Test
  void aStoppedBatterySendsNoValuesButTheGatewayIsThere() throws InterruptedException {
    TestingGateway gateway = start(false);
    gateway.publish(Snapshots.charging().build());
    owner.tell(TestingOwner.running());
    subscriber.await("BE/info");
    owner.tell(TestingOwner.in(Mode.STOPPED));
    subscriber.await(
        heard -> heard.topic().equals(STATE) && heard.payload().contains("\"stopped\""));
    marker();
    subscriber.heard().clear();
    Await.until(() -> gateway.health().parts().size() == 2);
    for (int i = 0; i < 5; i++) {
      gateway.publish(Snapshots.charging().sequence(10 + i).build());
      subscriber.await("BE/status", "online");
    }
    assertFalse(isHeard("BE/info") || isHeard("BE/spec_data"), subscriber.heard()::toString);
    assertTrue(isHeard("BE/events"), "events go on");
    send("RESUME", "");
    assertEquals("accepted", next(RESULT).getString("status"));
    Await.result(proxy().breakAll());
    subscriber.await("BE/status", "offline");
    for (int i = 0; i < 3; i++) {
      subscriber.await("BE/status", "online");
    }
    assertFalse(isHeard("BE/info"), "nor after a reconnect");
    owner.tell(TestingOwner.running());
    subscriber.await("BE/info");
    subscriber.await("BE/spec_data");
  }

  // After a restart in a limit whose end has passed, the base is written before the first value.
  @Test
  void valuesWaitAtTheStartUntilTheDeviceHasWhatIsInForce() {
    TestingGateway gateway = start(false);
    gateway.publish(Snapshots.charging().build());
    owner.tell(TestingOwner.unsettled());
    subscriber.await(STATE);
    for (int i = 0; i < 4; i++) {
      subscriber.await("BE/status", "online");
    }
    assertFalse(isHeard("BE/info"));
    owner.tell(TestingOwner.running());
    subscriber.await("BE/info");
    owner.tell(TestingOwner.unsettled());
    subscriber.await("BE/info");
    subscriber.await("BE/info");
  }

  @Test
  void allValuesComeAtOnceWhenTheyMayGoOutAgain() {
    TestingGateway gateway = start(false, Duration.ofHours(1));
    gateway.publish(Snapshots.charging().build());
    event("MODBUS_BATTERY_DETECTED");
    owner.tell(TestingOwner.running());
    subscriber.await("BE/info");
    subscriber.await("BE/spec_data");
  }

  @Test
  void valuesGoOnWithoutTheControlWhenPatienceIsOver() {
    TestingGateway gateway = start(false);
    gateway.publish(Snapshots.charging().build());
    time.leap(TelemetryGate.PATIENCE.minusMillis(1));
    for (int i = 0; i < 4; i++) {
      time.leap(Duration.ofNanos(1));
      subscriber.await("BE/status");
    }
    assertFalse(isHeard("BE/info"));
    time.leap(Duration.ofMillis(1));
    subscriber.await(heard -> heard.payload().contains("CONTROL_NOT_HEARD"));
    subscriber.await("BE/info");
  }

  // ---- events

  private JsonObject event(String type) {
    Heard heard =
        subscriber.await(each ->
            each.topic().equals("BE/events")
                && new JsonObject(each.payload()).getString("event_type").equals(type));
    return new JsonObject(heard.payload());
  }

  @Test
  void changesOfTheControlAreEvents() {
    start(false);
    owner.tell(TestingOwner.paused(true, false));
    assertEquals("WARNING", event("PAUSE_BEGIN").getString("severity"));
    owner.tell(TestingOwner.limited(50, 100, END, 30_000));
    event("PAUSE_END");
    owner.tell(TestingOwner.limited(50, 100, END, 25_000));
    owner.tell(TestingOwner.running());
    JsonObject expired = event("LIMITS_EXPIRED");
    assertEquals("INFO", expired.getString("severity"));
  }

  // ---- retained copies

  private void retain(String name) {
    subscriber.publish("BE/command/" + name, "{}", true);
  }

  private static boolean isRetained(TestingSubscriber of, String topic) {
    return of.heard().stream().anyMatch(heard -> heard.topic().equals(topic) && heard.retained());
  }

  // A retained STOP would otherwise be replayed at every reconnect.
  @Test
  void aKeptCommandIsRefusedAndReportedAndStays() throws InterruptedException {
    retain("STOP");
    TestingGateway gateway = start(false);
    assertEquals(Delivery.RETAINED, owner.asked().delivery());
    assertEquals("retained", next(RESULT).getString("reason"));
    assertEquals("WARNING", event("COMMAND_REFUSED_RETAINED").getString("severity"));
    assertEquals(1, gateway.metrics().count("commands_retained_total"));
    TestingSubscriber late = subscriber();
    late.await("BE/command/STOP");
    assertTrue(isRetained(late, "BE/command/STOP"));
  }

  // To who listens already a retained message looks like any other.
  @Test
  void aCommandThatIsKeptFromNowOnIsFoundOut() throws InterruptedException {
    TestingGateway gateway = start(false);
    retain("PAUSE");
    assertEquals(Delivery.LIVE, owner.asked().delivery());
    CommandRequest copy = owner.asked();
    assertEquals("PAUSE", copy.name());
    assertEquals(Delivery.RETAINED, copy.delivery());
    Await.until(() -> gateway.metrics().count("commands_retained_total") == 1);
  }

  @Test
  void aKeptCommandIsClearedWithoutActing() throws InterruptedException {
    retain("RESUME");
    start(true);
    assertEquals(Delivery.RETAINED, owner.asked().delivery());
    subscriber.await("BE/command/RESUME", "");
    TestingSubscriber late = subscriber();
    Await.until(() -> {
      TestingSubscriber check = subscriber();
      check.publish("marker", "", false);
      check.await("marker");
      boolean isGone = !isRetained(check, "BE/command/RESUME");
      check.close();
      return isGone;
    });
    assertNull(owner.asked(500), "our own clearing is no command");
    late.publish("BE/command/RESUME", "", false);
    assertEquals(Delivery.LIVE, owner.asked().delivery(), "an empty live one is");
  }

  @Test
  void limitsThatAreSetAgainAndAgainDoNotFloodTheBrokerWithQuestions() throws InterruptedException {
    start(false);
    retain("PAUSE");
    owner.asked();
    assertEquals(Delivery.RETAINED, owner.asked().delivery());
    for (int i = 0; i < 20; i++) {
      send("RESUME", "");
      assertEquals("RESUME", owner.asked().name());
    }
    assertNull(owner.asked(300), "looked again too soon");
  }
}
