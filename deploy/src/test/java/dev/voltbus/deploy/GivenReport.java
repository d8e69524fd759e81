package dev.voltbus.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.voltbus.contract.Address;
import dev.voltbus.contract.AnomalyScore;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.DispatchProposal;
import dev.voltbus.contract.SafetyState;
import java.util.List;
import java.util.Locale;

/// A message about a whole site, as a test case gives it.
final class GivenReport {
  private GivenReport() {}

  static void publish(Bus bus, String site, JsonNode given) {
    long token = given.get("token").asLong();
    long at = given.get("at").asLong();
    switch (given.get("of").asText()) {
      case "safety" ->
          bus.publish(
              Address.safety(site),
              new SafetyState(
                  token,
                  given.get("is-safe").asBoolean(),
                  SafetyState.Watchdog.valueOf(
                      given.get("watchdog").asText().toUpperCase(Locale.ROOT)),
                  at,
                  0,
                  given.get("valid-for").asInt()));
      case "anomaly" ->
          bus.publish(
              Address.anomaly(site),
              new AnomalyScore(
                  token,
                  given.get("score").asDouble(),
                  given.get("alert-count").asLong(),
                  given.get("trained").asBoolean(),
                  0,
                  List.of(),
                  at));
      default ->
          bus.publish(
              Address.dispatch(site),
              new DispatchProposal(
                  token,
                  given.get("setpoint-kw").isNull()
                      ? null
                      : Double.valueOf(given.get("setpoint-kw").asDouble()),
                  given.get("inference-ms").asDouble(),
                  at));
    }
  }
}
