package dev.voltbus.deploy;

import dev.voltbus.console.ConsoleVerticle;
import dev.voltbus.contract.Site;
import io.vertx.core.Deployable;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.PrintWriter;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `voltbus demo`: simulated batteries, a broker and all roles in one process, on loopback only.
@Command(
    name = "demo",
    description = "Runs everything at once: simulated batteries, MQTT broker, gateway, console.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  static final int MQTT_PORT = 1883;
  static final int HTTP_PORT = 8080;
  static final int HEALTH_PORT = 8081;
  static final int MODBUS_PORT = 5020;

  @Option(
      names = "--mqtt-port",
      paramLabel = "PORT",
      description = "MQTT broker (default: 1883 or the next free one).")
  private @Nullable Integer mqttPort;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description = "Console (default: 8080 or the next free one).")
  private @Nullable Integer httpPort;

  @Option(
      names = "--health-port",
      paramLabel = "PORT",
      description = "Health and metrics (default: 8081 or the next free one).")
  private @Nullable Integer healthPort;

  @Option(
      names = "--modbus-port",
      paramLabel = "PORT",
      description = "First of two Modbus ports (default: 5020 or the next free ones).")
  private @Nullable Integer modbusPort;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws ConfigException {
    Ports ports = new Ports();
    int mqtt = ports.giveWay(mqttPort, MQTT_PORT, "--mqtt-port");
    int http = ports.giveWay(httpPort, HTTP_PORT, "--http-port");
    int health = ports.giveWay(healthPort, HEALTH_PORT, "--health-port");
    int bms = ports.giveWay(modbusPort, MODBUS_PORT, "--modbus-port");
    int byd = ports.giveWay(null, bms + 1, "--modbus-port");
    DemoSite surroundings = new DemoSite(mqtt, bms, byd);
    Site site = surroundings.site();
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    Gateway gateway = new Gateway(vertx);
    Lifetime lifetime = new Lifetime(vertx, gateway, false);
    List<Deployable> console =
        List.of(new ConsoleVerticle(site, gateway.wiring(), Ports.HOST, http));
    lifetime.await(
        surroundings
            .start(vertx)
            .compose(ready -> gateway.start(site, EnumSet.allOf(Role.class), health, console)));
    print(mqtt, http, health, bms, byd);
    return lifetime.untilStopped();
  }

  private void print(int mqtt, int http, int health, int bms, int byd) {
    PrintWriter out = spec.commandLine().getOut();
    out.println("Voltbus demo: everything runs in this process, on loopback only.");
    out.println(
        "  TinyBMS pack       Modbus TCP 127.0.0.1:" + bms + " unit 170, its inverter unit 1");
    out.println("  BYD-type battery   Modbus TCP 127.0.0.1:" + byd + " unit 21");
    out.println("  MQTT broker        127.0.0.1:" + mqtt);
    out.println("  every value        victron/tinybms/<value>   (TinyBMS pack)");
    out.println("  Battery-Emulator   BE/info, BE/spec_data     (TinyBMS pack), BE2/info (BYD)");
    out.println("  console            http://127.0.0.1:" + http + "/");
    out.println("  health, metrics    http://127.0.0.1:" + health + "/health/ready, /metrics");
    out.println("  watch it           mosquitto_sub -h 127.0.0.1 -p " + mqtt + " -v -t '#'");
    out.println("  stop it            Ctrl-C");
    out.flush();
  }
}
