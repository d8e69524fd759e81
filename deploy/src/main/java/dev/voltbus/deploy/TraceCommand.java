package dev.voltbus.deploy;

import dev.voltbus.acquisition.AcquisitionVerticle;
import dev.voltbus.contract.Device;
import dev.voltbus.deploy.DeviceOptions.Target;
import dev.voltbus.modbus.FrameForm;
import dev.voltbus.modbus.FrameTrace;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `voltbus trace`: what goes over the wire, byte by byte and in words.
@Command(
    name = "trace",
    description = "Reads a device for some seconds and shows each frame with its meaning.",
    mixinStandardHelpOptions = true)
final class TraceCommand implements Callable<Integer> {
  @Mixin private DeviceOptions whom = new DeviceOptions();
  @Mixin private PlaceOptions where = new PlaceOptions();
  @Mixin private LineOptions line = new LineOptions();

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "How long, 1..86400 (default: ${DEFAULT-VALUE}).")
  private int seconds = 10;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws ConfigException {
    if (seconds < 1 || seconds > 86_400) {
      throw new UsageException("--seconds " + seconds + " is not in 1..86400");
    }
    Target target = whom.target(line, where);
    @Nullable Device device = target.device();
    return device == null || where.hasPlace() ? ofPlace(target) : ofDevice(target, device);
  }

  private int ofPlace(Target target) {
    RegisterPlace place = where.place();
    DeviceRead read = DeviceRead.plain(place, where.count(place, 1));
    ModbusLine.question(target.unit(), read.place(), read.count());
    new ReadReport(out(), "", target.unit()).question(read.place(), read.count());
    return trace(target, new TraceRounds(target.unit(), List.of(read), out()));
  }

  private int ofDevice(Target target, Device device) {
    out()
        .println(
            "%s: unit %d at %s; the gateway's own requests are:"
                .formatted(device.name(), device.unit(), target.options().endpoint()));
    AcquisitionVerticle.readPlan(device).forEach(read -> out().println("  " + read));
    return trace(target, new TraceRounds(device, out()));
  }

  private int trace(Target target, TraceRounds rounds) {
    FrameLines frames = new FrameLines(out());
    FrameTrace trace = new FrameTrace(FrameForm.of(target.options().endpoint()), frames);
    long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    String advice;
    try (Stopping stopping = Stopping.watch()) {
      try (ModbusLine open = ModbusLine.open(target.options().withTap(trace))) {
        rounds.run(open, stopping, end);
        advice = open.advice();
      }
      out().println(rounds.summary() + frames.times());
      out().flush();
    }
    if (!rounds.isAnswered()) {
      throw new CommandException(target.options().endpoint() + ": nothing was answered", advice);
    }
    return 0;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
