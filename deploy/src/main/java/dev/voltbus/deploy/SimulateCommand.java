package dev.voltbus.deploy;

import dev.voltbus.simulator.Endpoint;
import dev.voltbus.simulator.FaultText;
import dev.voltbus.simulator.ModbusServer;
import dev.voltbus.simulator.SimulatedServers;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `voltbus simulate`: devices that are not there, for trying out a site, a gateway or any other
/// Modbus client.
@Command(
    name = "simulate",
    description = {
      "Simulates Modbus devices, with faults.",
      "A --device belongs to the --listen before it (or the first one), a --unit to the --device"
          + " before it."
    },
    mixinStandardHelpOptions = true)
final class SimulateCommand implements Callable<Integer> {
  private static final String USUAL = "tcp://127.0.0.1:5020";

  @Option(
      names = "--device",
      paramLabel = "NAME",
      required = true,
      description = "Device type, as in config/devices. May be given several times.")
  private List<String> devices = List.of();

  @Option(
      names = "--unit",
      paramLabel = "ID",
      description = "Unit id of the device before it (default: the device's usual one).")
  private List<Integer> units = List.of();

  @Option(
      names = "--listen",
      paramLabel = "URL",
      description =
          "Where: tcp://, rtu+tcp://, ascii+tcp://, udp://, rtu+udp:// or tls://host:port, or"
              + " rtu:// or ascii:///dev/name (default: tcp://127.0.0.1:5020).")
  private List<String> listeners = List.of();

  @Option(
      names = "--fault",
      paramLabel = "UNIT=FAULT",
      description =
          "Fault of a unit id, of all with `all=`; with several listeners 2/1= is unit 1 on the"
              + " second. May be given several times; docs/reference/simulator.md lists them.")
  private List<String> faults = List.of();

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description = "Takes the lines of standard input over HTTP too, on loopback.")
  private @Nullable Integer httpPort;

  @Option(
      names = "--wire-log",
      paramLabel = "FILE",
      description = "Writes each connection and frame to a file, a line each.")
  private @Nullable Path wireLog;

  @Option(names = "--tls-certificate", paramLabel = "FILE", description = "PEM, for tls://.")
  private @Nullable Path certificate;

  @Option(names = "--tls-key", paramLabel = "FILE", description = "PEM, for tls://.")
  private @Nullable Path key;

  @Option(
      names = "--tls-client-ca",
      paramLabel = "FILE",
      description = "PEM; clients need a certificate of this authority.")
  private @Nullable Path clientCa;

  @Option(
      names = "--config",
      paramLabel = "DIR",
      description = "Folder with devices/ and simulator/ (default: that of the installation).")
  private Path config = Main.configFolder();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws ConfigException {
    List<SimulatedServers.Server> wanted = plan();
    PrintWriter out = spec.commandLine().getOut();
    @Nullable WireLog log = wireLog == null ? null : new WireLog(wireLog);
    Vertx vertx = Vertx.vertx();
    try {
      SimulatedServers running = new SimulatedServers(wanted);
      SimulateLines lines = new SimulateLines(running, wanted);
      Lifetime.await(vertx.deployVerticle(running), "simulate");
      if (log != null) {
        log.follow(running.servers());
      }
      faults.forEach(fault -> arm(lines, fault));
      describe(wanted, running.servers()).forEach(out::println);
      if (httpPort != null) {
        out.println("takes lines on http://127.0.0.1:" + serve(vertx, lines, httpPort) + "/");
      }
      out.println("type `help` for what can be changed while it runs, `quit` to end");
      out.flush();
      lines.follow(System.in, out);
    } finally {
      Lifetime.await(vertx.close(), "stop");
      if (log != null) {
        log.close();
      }
    }
    return 0;
  }

  /// Which option belongs to which follows from their order, which the fields do not have.
  private List<SimulatedServers.Server> plan() throws ConfigException {
    if (units.size() > devices.size()) {
      throw new UsageException("there are more --unit than --device");
    }
    SimulatePlan plan = new SimulatePlan(new SimulatorFiles(config), tls());
    if (listeners.isEmpty()) {
      plan.listen(USUAL);
    }
    return plan.read(spec.commandLine().getParseResult().originalArgs());
  }

  private Endpoint.@Nullable TlsFiles tls() {
    if (certificate == null || key == null) {
      return null;
    }
    return new Endpoint.TlsFiles(
        certificate.toString(), key.toString(), clientCa == null ? null : clientCa.toString());
  }

  private static void arm(SimulateLines lines, String fault) {
    int equals = fault.indexOf('=');
    if (equals < 1) {
      throw new UsageException(
          "--fault `" + fault + "` is not of the form UNIT=FAULT, such as 1=delay:500ms");
    }
    try {
      lines.add(fault.substring(0, equals), FaultText.parse(fault.substring(equals + 1)));
    } catch (IllegalArgumentException e) {
      throw new UsageException("--fault " + fault + ": " + e.getMessage());
    }
  }

  private static int serve(Vertx vertx, SimulateLines lines, int port) {
    int checked = new Ports().insist(port, "--http-port");
    Lifetime.await(lines.serve(vertx, checked), "listen on port " + checked);
    return checked;
  }

  private static List<String> describe(
      List<SimulatedServers.Server> wanted, List<ModbusServer> servers) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < servers.size(); i++) {
      String url = servers.get(i).url();
      for (SimulatedServers.Unit unit : wanted.get(i).units()) {
        lines.add("%s unit %d: %s".formatted(url, unit.unit(), unit.profile().device()));
      }
    }
    return lines;
  }
}
