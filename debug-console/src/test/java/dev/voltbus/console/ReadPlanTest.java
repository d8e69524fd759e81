package dev.voltbus.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.DeviceReadPlan;
import dev.voltbus.contract.LinkStatus;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The read plan in force, as the REST interface shows it.
@ExtendWith(VertxExtension.class)
class ReadPlanTest {
  private static final String PLAN = "/api/v1/devices/" + Fixtures.BMS + "/plan";

  private RunningConsole console;

  @BeforeEach
  void start(Vertx vertx) {
    console = new RunningConsole(vertx, Fixtures.site());
  }

  private void publish(DeviceReadPlan plan) {
    console.bus.publish(Address.readPlans(Fixtures.SITE), plan);
  }

  private JsonObject untilState(String state) {
    return console.getUntil(PLAN, plan -> plan.getString("state").equals(state));
  }

  @Test
  void aPlanShowsRequestsLimitsAndWhatIsLeftOut() {
    publish(Fixtures.plan(Fixtures.TOKEN, 1));

    JsonObject plan = untilState("in_force");

    JsonObject group = plan.getJsonArray("groups").getJsonObject(0);
    JsonObject expected =
        new JsonObject()
            .put("table", "holding")
            .put("address", 36)
            .put("count", 11)
            .put("registers", 2)
            .put("keys", new JsonArray().add("pack_volts").add("soc"))
            .put("bracket", 0)
            .put("reason", "a register behind it is left out");
    assertEquals(expected, group.getJsonArray("requests").getJsonObject(0));
    assertEquals("default", group.getString("group"));
    assertEquals(1000, group.getInteger("period_ms"));
    assertEquals("bms-1", plan.getString("device"));
    assertEquals("answering", plan.getString("standing"));
    assertEquals(50, plan.getInteger("rate_percent"));
    assertEquals(100, plan.getJsonObject("limits").getInteger("largest_block"));
    assertEquals(125, plan.getJsonObject("limits").getInteger("configured_block"));
    assertEquals(
        new JsonObject()
            .put("table", "holding")
            .put("address", 48)
            .put("count", 1)
            .put("keys", new JsonArray().add("temperature"))
            .put("reason", "exception 2 (illegal data address)")
            .put("refusals", 3)
            .put("asked_again_in_ms", 8000),
        plan.getJsonArray("left_out").getJsonObject(0));
  }

  // Nobody sends a message for the time that passes between two.
  @Test
  void timesOfAPlanRunOn() {
    publish(Fixtures.plan(Fixtures.TOKEN, 1));
    untilState("in_force");

    console.time.pass(Duration.ofSeconds(5));
    JsonObject later = console.get(PLAN);
    console.time.pass(Duration.ofSeconds(5));
    JsonObject due = console.get(PLAN);

    assertEquals(5000, later.getLong("age_ms"));
    assertEquals(3000, leftOut(later).getLong("asked_again_in_ms"));
    assertEquals(595_000, later.getJsonObject("limits").getLong("doubted_in_ms"));
    assertEquals(0, leftOut(due).getLong("asked_again_in_ms"));
  }

  private static JsonObject leftOut(JsonObject plan) {
    return plan.getJsonArray("left_out").getJsonObject(0);
  }

  @Test
  void aPlanIsNotClaimedBeforeItIsTold() {
    JsonObject plan = console.get(PLAN);

    assertEquals("untold", plan.getString("state"));
    assertEquals("no read plan told since this console started", plan.getString("reason"));
    assertNull(plan.getValue("age_ms"));
    assertNull(plan.getValue("groups"));
    assertEquals(
        "site test-site has no device bms-9; it has bms-1",
        console.ask(HttpMethod.GET, "/api/v1/devices/bms-9/plan", 404).getString("error"));
  }

  // Its owner repeats it every 10 s: one that does not may be gone, and the plan with it.
  @Test
  void aPlanThatIsNotRepeatedIsOldUntilItIsToldAgain() {
    publish(Fixtures.plan(Fixtures.TOKEN, 1));
    untilState("in_force");

    console.time.pass(Duration.ofSeconds(30));
    JsonObject old = console.get(PLAN);
    publish(Fixtures.plan(Fixtures.TOKEN, 2));

    assertEquals("old", old.getString("state"));
    assertEquals(30_000, old.getLong("age_ms"));
    assertEquals("answering", old.getString("standing"));
    untilState("in_force");
  }

  // Another owner begins with nothing learned: what the former one left out may be asked now.
  @Test
  void aPlanIsSupersededOnceTheLinkHasANewOwner() {
    publish(Fixtures.plan(Fixtures.TOKEN, 1));
    untilState("in_force");

    console.bus.publish(
        Address.links(Fixtures.SITE), new LinkStatus("rack", Fixtures.TOKEN + 1, true, ""));
    untilState("superseded");
    publish(Fixtures.plan(Fixtures.TOKEN, 2));
    publish(Fixtures.plan(Fixtures.TOKEN + 1, 1));
    JsonObject plan = untilState("in_force");

    assertEquals(0, plan.getLong("age_ms"));
  }

  @Test
  void aPlanThatWasOvertakenIsNotShown() {
    publish(Fixtures.plan(Fixtures.TOKEN, 2));
    untilState("in_force");
    console.time.pass(Duration.ofSeconds(7));

    publish(Fixtures.plan(Fixtures.TOKEN, 1));
    console.bus.publish(
        Address.links(Fixtures.SITE), new LinkStatus("rack", Fixtures.TOKEN + 1, true, ""));

    assertEquals(7000, untilState("superseded").getLong("age_ms"));
  }
}
