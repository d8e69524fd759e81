package dev.voltbus.deploy;

import dev.voltbus.console.ConsoleVerticle;
import dev.voltbus.contract.SingleProcessLeases;
import dev.voltbus.contract.Site;
import dev.voltbus.simulator.Commander;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
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
              Cluster.of(
                      ClusterOptions.local(1),
                      null,
                      "prepare-" + ProcessHandle.current().pid(),
                      roles,
                      Revision.of(site))
                  .join(new VertxOptions().setPreferNativeTransport(true)),
              "join the cluster");
      Gateway gateway =
          new Gateway(vertx, state, (time, metrics, board) -> new SingleProcessLeases(time));
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
    Commander commander =
        Lifetime.await(
            Commander.start(vertx, Ports.HOST, mqtt), "connect to the rehearsal's broker");
    Thread.sleep(REHEARSAL_MILLIS);
    Lifetime.await(commander.stop(), "leave the rehearsal's broker");
    return commander.verified();
  }

  private static void delete(Path folder) throws IOException {
    try (var inside = Files.walk(folder)) {
      for (Path each : inside.sorted((one, other) -> other.compareTo(one)).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }
}
