package dev.voltbus.deploy;

import dev.voltbus.contract.Site;
import dev.voltbus.deploy.ModbusLine.Answer;
import dev.voltbus.modbus.ConnectionState;
import dev.voltbus.modbus.ModbusClientOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `voltbus probe`: is something there, which units, what are they.
@Command(
    name = "probe",
    description = "Finds out what answers at an endpoint; writes nothing to it.",
    mixinStandardHelpOptions = true)
final class ProbeCommand implements Callable<Integer> {
  /// A device that ignores unit ids answers for all of them; looking at three says it too.
  private static final int MOST_LOOKED_AT = 3;

  /// From here on people want to know how long it takes.
  private static final long LONG_SECONDS = 10;

  private static final Duration ANSWER = Duration.ofMillis(300);

  @Parameters(arity = "0..1", paramLabel = "URL", description = "Such as tcp://192.0.2.10:502.")
  private @Nullable String url;

  @Option(names = "--site", paramLabel = "FILE", description = "Site file, in place of URL.")
  private @Nullable Path site;

  @Option(names = "--link", paramLabel = "NAME", description = "Link of the site file.")
  private @Nullable String link;

  @Option(
      names = "--units",
      paramLabel = "LIST",
      description = "1-10, 1,21,170 or all (default: 1-10 and the device files' usual ones).")
  private @Nullable String units;

  @Option(
      names = "--address",
      paramLabel = "PLACE",
      description = "What each unit is asked for (default: ${DEFAULT-VALUE}).")
  private String address = "holding:0";

  @Option(
      names = "--config",
      paramLabel = "DIR",
      description = "Folder with devices/ (default: the one of the installation).")
  private Path config = Main.configFolder();

  @Mixin private SecretOptions variables = new SecretOptions();
  @Mixin private LineOptions line = new LineOptions();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws ConfigException {
    Map<String, DeviceType> library = new DeviceFolder(config).all();
    List<Integer> asked = units == null ? UnitList.usual(library.values()) : UnitList.parse(units);
    RegisterPlace place = RegisterPlace.parse(address, null);
    ModbusClientOptions options = options();
    try (ModbusLine open = ModbusLine.open(options)) {
      return probe(open, asked, place, library);
    }
  }

  private ModbusClientOptions options() throws ConfigException {
    @Nullable String endpoint = url;
    @Nullable Path file = site;
    if ((endpoint == null) == (file == null)) {
      throw new UsageException(
          "give either a URL, such as tcp://192.0.2.10:502, or --site FILE --link NAME");
    }
    if (endpoint != null) {
      return line.to(endpoint, ANSWER);
    }
    Site loaded = variables.load(file, config);
    return line.to(DeviceOptions.link(loaded, "--link", link == null ? "" : link), ANSWER);
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /// The first question is asked twice if need be: both sides may have to wake up for it.
  private int probe(
      ModbusLine open, List<Integer> asked, RegisterPlace place, Map<String, DeviceType> library) {
    CompletableFuture<Long> connected = watchConnecting(open);
    List<Integer> found = new ArrayList<>();
    List<Integer> silent = new ArrayList<>();
    List<Integer> behind = new ArrayList<>();
    Answer first = open.read(asked.getFirst(), place, 1);
    sayConnected(connected, open, asked, place);
    for (int unit : asked) {
      boolean again = unit != asked.getFirst() || first instanceof Answer.None;
      switch (again ? open.read(unit, place, 1) : first) {
        case Answer.Read read -> say(found, unit, "answers", read);
        case Answer.Refused refused when refused.isFromGateway() -> behind.add(unit);
        case Answer.Refused refused -> say(found, unit, "answers with " + refused, refused);
        case Answer.None _ -> silent.add(unit);
      }
    }
    say("the gateway is there, the unit behind it is not (exception 10 or 11): unit ", behind);
    say("no answer: unit ", silent);
    if (found.isEmpty()) {
      throw new CommandException(
          open.endpoint() + ": connected, but no unit of " + UnitList.text(asked) + " answers",
          "--units all, --timeout 2s, --address input:0, or rtu+tcp:// for a serial gateway");
    }
    lookAt(open, found, library);
    return 0;
  }

  private static CompletableFuture<Long> watchConnecting(ModbusLine open) {
    CompletableFuture<Long> connected = new CompletableFuture<>();
    long began = System.nanoTime();
    open.client()
        .connectionHandler(state -> {
          switch (state) {
            case ConnectionState.Connected() -> connected.complete(System.nanoTime() - began);
            case ConnectionState.ConnectFailed(String reason) ->
                connected.completeExceptionally(new CommandException(reason));
            case ConnectionState.Lost _, ConnectionState.Disconnected _ -> {}
          }
        });
    return connected;
  }

  private void sayConnected(
      CompletableFuture<Long> connected,
      ModbusLine open,
      List<Integer> asked,
      RegisterPlace place) {
    try {
      out()
          .println(
              open.endpoint()
                  + ": connected after "
                  + ReadReport.millis(connected.get(2, TimeUnit.SECONDS)));
    } catch (ExecutionException | TimeoutException failed) {
      @Nullable Throwable cause = failed.getCause();
      String reason = cause == null ? "no connection within the time limit" : cause.getMessage();
      throw new CommandException(
          open.endpoint() + ": cannot connect: " + reason,
          NextStep.unconnected(String.valueOf(reason), open.client().options()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("interrupted");
    }
    out().println("units " + UnitList.text(asked) + " are asked for " + place.onTheWire(1));
    long most = open.client().options().requestTimeout().multipliedBy(asked.size()).toSeconds();
    if (most >= LONG_SECONDS) {
      out().println("this takes up to " + most + " s, as silent units are waited for");
    }
    out().flush();
  }

  private void say(List<Integer> found, int unit, String what, Answer answer) {
    found.add(unit);
    out()
        .println(
            "  unit %3d %s, after %s".formatted(unit, what, ReadReport.millis(answer.nanos())));
    out().flush();
  }

  private void say(String what, List<Integer> units) {
    if (!units.isEmpty()) {
      out().println("  " + what + UnitList.text(units));
    }
  }

  private void lookAt(ModbusLine open, List<Integer> found, Map<String, DeviceType> library) {
    if (found.size() > MOST_LOOKED_AT) {
      out()
          .println(
              found.size()
                  + " units answer; if the device ignores unit ids, they are all the same one");
    }
    List<UnitLook> looks =
        found.stream().limit(MOST_LOOKED_AT).map(unit -> UnitLook.at(open, unit, library)).toList();
    looks.forEach(look -> look.lines().forEach(out()::println));
    UnitLook.siteFile(open.client().options(), looks).forEach(out()::println);
    out().flush();
  }
}
