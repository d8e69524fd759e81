package dev.voltbus.deploy;

import dev.voltbus.console.ConsoleVerticle;
import dev.voltbus.contract.Site;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `voltbus prepare`: the demo for some seconds, as a member of a cluster of its own, with
/// commands. The start script has Java record which classes that takes and which methods run often,
/// so that later starts load them from a file and compile them sooner.
@Command(
    name = "prepare",
    description = {
      "Rehearses for some seconds, on loopback only, so that later starts are faster.",
      "Writes voltbus.aot beside the start script, or the file that VOLTBUS_CACHE names."
    },
    mixinStandardHelpOptions = true)
final class PrepareCommand implements Callable<Integer> {
  private static final long REHEARSAL_MILLIS = 15_000;
  private static final long BETWEEN_COMMANDS_MILLIS = 200;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws ConfigException, IOException, InterruptedException {
    Ports ports = new Ports();
    DemoSite surroundings =
        new DemoSite(
            ports.giveWay(null, DemoCommand.MQTT_PORT, ""),
            ports.giveWay(null, DemoCommand.MODBUS_PORT, ""),
            ports.giveWay(null, DemoCommand.MODBUS_PORT, ""));
    int http = ports.giveWay(null, DemoCommand.HTTP_PORT, "");
    int health = ports.giveWay(null, DemoCommand.HEALTH_PORT, "");
    Set<Role> roles = EnumSet.allOf(Role.class);
    Site site = surroundings.site();
    Path state = Files.createTempDirectory("voltbus-prepare");
    try {
      Vertx vertx =
          Lifetime.await(
              Cluster.of(ClusterOptions.local(1), "prepare-" + ProcessHandle.current().pid(), roles)
                  .join(new VertxOptions().setPreferNativeTransport(true), true),
              "join the cluster");
      Gateway gateway = new Gateway(vertx, state);
      Lifetime lifetime = new Lifetime(vertx, gateway, false);
      lifetime.await(
          surroundings
              .start(vertx)
              .compose(ready ->
                  gateway.start(
                      site,
                      roles,
                      health,
                      List.of(new ConsoleVerticle(site, gateway.wiring(), Ports.HOST, http)))));
      int verified = rehearse(vertx, surroundings.mqtt());
      Lifetime.await(gateway.stop(), "stop");
      spec.commandLine().getOut().println("rehearsed: " + verified + " commands verified");
      return verified > 0 ? 0 : Main.FAULT;
    } finally {
      delete(state);
    }
  }

  /// @return commands whose effect on the simulated inverter was verified
  private static int rehearse(Vertx vertx, int mqtt) throws InterruptedException {
    AtomicInteger verified = new AtomicInteger();
    MqttClient client = MqttClient.create(vertx, new MqttClientOptions().setClientId("rehearsal"));
    client.publishHandler(message -> count(message, verified));
    Lifetime.await(
        client.connect(mqtt, Ports.HOST).compose(ready -> client.subscribe("BE/command/result", 1)),
        "connect to the rehearsal's broker");
    AtomicInteger sent = new AtomicInteger();
    long timer =
        vertx.setPeriodic(BETWEEN_COMMANDS_MILLIS, id -> command(client, sent.getAndIncrement()));
    Thread.sleep(REHEARSAL_MILLIS);
    vertx.cancelTimer(timer);
    Lifetime.await(client.disconnect(), "leave the rehearsal's broker");
    return verified.get();
  }

  private static void count(MqttPublishMessage message, AtomicInteger verified) {
    if ("verified".equals(message.payload().toJsonObject().getString("status"))) {
      verified.incrementAndGet();
    }
  }

  private static void command(MqttClient client, int number) {
    JsonObject limits =
        new JsonObject()
            .put("max_charge", 20 + number % 60)
            .put("max_discharge", 20.5)
            .put("timeout", 1 + number % 3);
    String topic =
        switch (number % 10) {
          case 3 -> "PAUSE";
          case 4 -> "RESUME";
          default -> "SET_LIMITS";
        };
    Future<Integer> published =
        client.publish(
            "BE/command/" + topic,
            Buffer.buffer(limits.encode()),
            MqttQoS.AT_LEAST_ONCE,
            false,
            false);
    published.onFailure(failure -> {
      throw new CommandException("could not rehearse a command: " + failure.getMessage());
    });
  }

  private static void delete(Path folder) throws IOException {
    try (var inside = Files.walk(folder)) {
      for (Path each : inside.sorted((one, other) -> other.compareTo(one)).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }
}
