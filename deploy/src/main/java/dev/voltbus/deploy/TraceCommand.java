package dev.voltbus.deploy;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.Link;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.WireSource;
import dev.voltbus.deploy.ModbusLine.Answer;
import dev.voltbus.modbus.FrameForm;
import dev.voltbus.modbus.FrameTrace;
import dev.voltbus.modbus.ModbusClientOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `voltbus trace`: what goes over the wire, byte by byte and in words.
@Command(
    name = "trace",
    description = "Reads a device for some seconds and shows each frame with its meaning.",
    mixinStandardHelpOptions = true)
final class TraceCommand implements Callable<Integer> {
  @Parameters(arity = "0..1", paramLabel = "URL", description = "Such as tcp://192.0.2.10:502.")
  private @Nullable String url;

  @Option(names = "--site", paramLabel = "FILE", description = "Site file, in place of URL.")
  private @Nullable Path site;

  @Option(names = "--device", paramLabel = "NAME", description = "Device of the site file.")
  private String device = "";

  @Option(
      names = "--config",
      paramLabel = "DIR",
      description = "Folder with devices/ (default: the one of the installation).")
  private Path config = Main.configFolder();

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "How long, 1..86400 (default: ${DEFAULT-VALUE}).")
  private int seconds = 10;

  @Mixin private LineOptions line = new LineOptions();
  @Mixin private PlaceOptions where = new PlaceOptions();
  @Spec private CommandSpec spec = CommandSpec.create();

  /// What is read with one period.
  private record Round(Duration period, int unit, List<DeviceReads.Block> blocks) {
    Round {
      blocks = List.copyOf(blocks);
    }
  }

  @Override
  public Integer call() throws ConfigException {
    if (seconds < 1 || seconds > 86_400) {
      throw new UsageException("--seconds " + seconds + " is not in 1..86400");
    }
    @Nullable String endpoint = url;
    @Nullable Path file = site;
    if ((endpoint == null) == (file == null)) {
      throw new UsageException("give either a URL or --site FILE --device NAME");
    }
    if (endpoint != null) {
      DeviceReads.Block block = new DeviceReads.Block(where.place(), where.count(1), List.of());
      ModbusLine.question(where.unit(), block.place(), block.count());
      Round round = new Round(Duration.ofSeconds(1), where.unit(), List.of(block));
      return trace(line.to(endpoint), List.of(round));
    }
    return ofSite(SiteFiles.load(file, config, Map.of()));
  }

  private int ofSite(Site loaded) {
    List<String> names = loaded.devices().stream().map(Device::name).toList();
    int at = names.indexOf(device);
    if (at < 0) {
      throw new UsageException("--device: " + SiteReader.unknown("device", device, names));
    }
    Device traced = loaded.devices().get(at);
    Link link =
        loaded.links().stream()
            .filter(each -> each.name().equals(traced.link()))
            .findFirst()
            .orElseThrow();
    return trace(line.to(link.url(), DurationText.of(link.requestTimeout())), rounds(traced));
  }

  private static List<Round> rounds(Device traced) {
    List<Round> rounds = new ArrayList<>();
    for (PollGroup group : traced.map().groups()) {
      List<String> keys =
          traced.map().registers().stream()
              .filter(register -> register.group().equals(group.name()))
              .filter(register -> register.source() instanceof WireSource)
              .map(RegisterSpec::key)
              .toList();
      if (!keys.isEmpty()) {
        rounds.add(new Round(group.period(), traced.unit(), DeviceReads.of(traced.map(), keys)));
      }
    }
    return rounds;
  }

  private int trace(ModbusClientOptions options, List<Round> rounds) {
    long began = System.nanoTime();
    FrameTrace trace =
        new FrameTrace(FrameForm.of(options.endpoint()), shown -> show(shown, began));
    long end = began + Duration.ofSeconds(seconds).toNanos();
    long[] due = new long[rounds.size()];
    Arrays.fill(due, began);
    boolean answered = false;
    try (ModbusLine open = ModbusLine.open(options.withTap(trace))) {
      for (int next = earliest(due); due[next] < end; next = earliest(due)) {
        LockSupport.parkNanos(due[next] - System.nanoTime());
        answered |= read(open, rounds.get(next));
        due[next] = Math.max(System.nanoTime(), due[next] + rounds.get(next).period().toNanos());
      }
    }
    out().flush();
    if (!answered) {
      throw new UsageException(options.endpoint() + ": nothing was answered");
    }
    return 0;
  }

  private static int earliest(long[] due) {
    int earliest = 0;
    for (int i = 1; i < due.length; i++) {
      earliest = due[i] - due[earliest] < 0 ? i : earliest;
    }
    return earliest;
  }

  private boolean read(ModbusLine open, Round round) {
    boolean answered = false;
    for (DeviceReads.Block block : round.blocks()) {
      switch (open.read(round.unit(), block.place(), block.count())) {
        case Answer.Read read -> {
          answered = true;
          block.lines(read.numbers()).forEach(value -> out().println("             " + value));
        }
        case Answer.Refused refused -> answered = true;
        case Answer.None none -> out().println("             " + none.reason());
      }
      out().flush();
    }
    return answered;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private void show(FrameTrace.Line frame, long began) {
    double since = (frame.nanos() - began) / 1e9;
    String direction =
        switch (frame.kind()) {
          case SENT -> ">";
          case RECEIVED -> "<";
          case STATE -> "-";
        };
    String bytes = frame.bytes().isEmpty() ? "" : frame.bytes() + "  ";
    out().println("%10.4f s %s %s%s".formatted(since, direction, bytes, frame.meaning()));
  }
}
