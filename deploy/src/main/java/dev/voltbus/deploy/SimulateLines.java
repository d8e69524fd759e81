package dev.voltbus.deploy;

import dev.voltbus.contract.WireSource;
import dev.voltbus.simulator.Fault;
import dev.voltbus.simulator.FaultText;
import dev.voltbus.simulator.ModbusServer;
import dev.voltbus.simulator.Signal;
import dev.voltbus.simulator.SimulatedServers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What can be told to running simulated devices, line by line, and what they answer.
final class SimulateLines {
  private static final Logger LOG = LoggerFactory.getLogger(SimulateLines.class);
  private static final String HELP =
      """
      fault UNIT FAULT...   arms faults in place of those before; `none` ends them
      set [UNIT] KEY VALUE  shows another value of a register
      list                  devices, requests, connections, faults
      faults                all faults
      quit                  ends
      UNIT is a unit id, `all`, or 2/1 for unit 1 on the second listener.\
      """;

  /// A unit id on a server; null for all of them.
  private record Target(int server, @Nullable Integer unit) {}

  private final SimulatedServers running;
  private final List<SimulatedServers.Server> wanted;
  private final CountDownLatch ended = new CountDownLatch(1);

  SimulateLines(SimulatedServers running, List<SimulatedServers.Server> wanted) {
    this.running = running;
    this.wanted = List.copyOf(wanted);
  }

  /// Obeys line after line until `quit`. Where the input ends without it, as without a terminal,
  /// the devices go on.
  void follow(InputStream in, PrintWriter out) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      @Nullable String line = lines.readLine();
      while (line != null && ended.getCount() > 0) {
        if (!line.isBlank()) {
          out.println(obey(line));
          out.flush();
        }
        line = ended.getCount() > 0 ? lines.readLine() : null;
      }
      ended.await();
    } catch (IOException e) {
      throw new CommandException("cannot read standard input: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Takes a line as the body of POST, on loopback only; GET answers as `list` does.
  Future<Void> serve(Vertx vertx, int port) {
    return vertx
        .createHttpServer()
        .requestHandler(request -> answer(vertx, request))
        .listen(port, Ports.HOST)
        .mapEmpty();
  }

  private void answer(Vertx vertx, HttpServerRequest request) {
    request
        .body()
        .map(body -> body.length() == 0 ? "list" : body.toString(StandardCharsets.UTF_8))
        .compose(line -> vertx.executeBlocking(() -> obey(line)))
        .onSuccess(said -> {
          request.response().setStatusCode(said.startsWith("cannot") ? 400 : 200);
          request
              .response()
              .end(Buffer.buffer(said + "\n"))
              .onFailure(gone -> LOG.debug("http answer: {}", gone.getMessage()));
        })
        .onFailure(gone -> LOG.debug("http request: {}", gone.getMessage()));
  }

  /// Does what a line says and tells what came of it, in words that begin with `cannot` if it was
  /// nothing.
  String obey(String line) {
    List<String> words = Arrays.stream(line.strip().split("\\s+", -1)).toList();
    List<String> rest = words.subList(1, words.size());
    try {
      return switch (words.getFirst()) {
        case "fault" -> fault(rest);
        case "set" -> set(rest);
        case "list" -> String.join("\n", list());
        case "faults" -> String.join("\n", FaultText.FORMS);
        case "help" -> HELP;
        case "quit" -> {
          ended.countDown();
          yield "ends";
        }
        default ->
            "cannot understand `"
                + words.getFirst()
                + "`"
                + Nearest.question(
                    words.getFirst(), List.of("fault", "set", "list", "faults", "help", "quit"))
                + "; type `help`";
      };
    } catch (IllegalArgumentException e) {
      return "cannot: " + e.getMessage();
    }
  }

  private String fault(List<String> words) {
    if (words.size() < 2) {
      throw new IllegalArgumentException("fault needs a unit and a fault, such as fault 1 drop");
    }
    Fault[] faults = words.stream().skip(1).map(FaultText::parse).toArray(Fault[]::new);
    targets(words.getFirst()).forEach(target -> arm(target, faults));
    return words.getFirst()
        + " has "
        + Arrays.stream(faults).map(Fault::text).collect(Collectors.joining(" "));
  }

  /// Arms one more fault.
  ///
  /// @throws IllegalArgumentException if nobody has the unit
  void add(String unit, Fault fault) {
    for (Target target : targets(unit)) {
      List<Fault> more = new ArrayList<>(armed(target));
      more.add(fault);
      arm(target, more.toArray(Fault[]::new));
    }
  }

  private List<Fault> armed(Target target) {
    ModbusServer server = running.servers().get(target.server());
    return target.unit() == null ? server.faultsOfEveryUnit() : server.faults(target.unit());
  }

  private void arm(Target target, Fault... faults) {
    ModbusServer server = running.servers().get(target.server());
    if (target.unit() == null) {
      server.faultEveryUnit(faults);
    } else {
      server.fault(target.unit(), faults);
    }
  }

  private List<Target> targets(String text) {
    int slash = text.indexOf('/');
    int only = slash < 0 ? -1 : number(text.substring(0, slash), 1, wanted.size()) - 1;
    String unit = text.substring(slash + 1);
    List<Target> found = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      if (only >= 0 && only != i) {
        continue;
      }
      if (unit.equals("all")) {
        found.add(new Target(i, null));
      } else if (has(i, number(unit, 0, 255))) {
        found.add(new Target(i, number(unit, 0, 255)));
      }
    }
    if (found.isEmpty()) {
      throw new IllegalArgumentException("nobody has unit " + text);
    }
    return found;
  }

  private boolean has(int server, int id) {
    return wanted.get(server).units().stream().anyMatch(unit -> unit.unit() == id);
  }

  private static int number(String text, int least, int most) {
    if (!text.matches("[0-9]{1,4}")
        || Integer.parseInt(text) < least
        || Integer.parseInt(text) > most) {
      throw new IllegalArgumentException("`" + text + "` is not in " + least + ".." + most);
    }
    return Integer.parseInt(text);
  }

  private String set(List<String> words) {
    if (words.size() < 2) {
      throw new IllegalArgumentException(
          "set needs a key and a value, such as set battery_power -5000");
    }
    boolean named = words.size() > 2 && words.getFirst().matches("[0-9]+(/[0-9]+)?|all");
    String key = words.get(named ? 1 : 0);
    String value = String.join(" ", words.subList(named ? 2 : 1, words.size()));
    int set = 0;
    for (Target target : targets(named ? words.getFirst() : "all")) {
      for (SimulatedServers.Unit unit : wanted.get(target.server()).units()) {
        boolean meant = target.unit() == null || target.unit() == unit.unit();
        if (meant && hasKey(unit, key)) {
          set++;
          Lifetime.await(
              running.set(target.server(), unit.unit(), key, signal(unit, key, value)), "set");
        }
      }
    }
    if (set == 0) {
      throw new IllegalArgumentException("no device has a register " + key);
    }
    return key + " is " + value;
  }

  private static boolean hasKey(SimulatedServers.Unit unit, String key) {
    return unit.map().registers().stream().anyMatch(row -> row.key().equals(key));
  }

  private static Signal signal(SimulatedServers.Unit unit, String key, String value) {
    boolean text =
        unit.map().registers().stream()
            .filter(row -> row.key().equals(key))
            .anyMatch(row -> row.source() instanceof WireSource wire && wire.type().isText());
    if (text) {
      return new Signal.Text(value);
    }
    try {
      return new Signal.Fixed(Double.parseDouble(value));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("register " + key + ": `" + value + "` is no number", e);
    }
  }

  private List<String> list() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      ModbusServer server = running.servers().get(i);
      lines.add(
          "%d %s: %d connection(s) open, %d so far%s"
              .formatted(
                  i + 1,
                  server.url(),
                  server.openConnections(),
                  server.connections(),
                  faults(server.faultsOfEveryUnit())));
      for (SimulatedServers.Unit unit : wanted.get(i).units()) {
        lines.add(
            "  unit %d %s: %d request(s), %d of them struck%s"
                .formatted(
                    unit.unit(),
                    unit.profile().device(),
                    server.requests(unit.unit()),
                    server.struck(unit.unit()),
                    faults(server.faults(unit.unit()))));
      }
    }
    return lines;
  }

  private static String faults(List<Fault> faults) {
    return faults.isEmpty()
        ? ""
        : ", faults " + faults.stream().map(Fault::text).collect(Collectors.joining(" "));
  }
}
