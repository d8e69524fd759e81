package dev.voltbus.deploy;

import dev.voltbus.contract.Device;
import dev.voltbus.deploy.DeviceOptions.Target;
import dev.voltbus.deploy.ModbusLine.Answer;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `voltbus read`: registers of a device, raw and decoded.
@Command(
    name = "read",
    description = "Reads registers of a device and says exactly what it asked.",
    mixinStandardHelpOptions = true)
final class ReadCommand implements Callable<Integer> {
  @Mixin private DeviceOptions whom = new DeviceOptions();
  @Mixin private PlaceOptions where = new PlaceOptions();
  @Mixin private LineOptions line = new LineOptions();

  @Option(names = "--type", paramLabel = "TYPE", description = "u16, s16, u32, f32, ...")
  private @Nullable String type;

  @Option(names = "--order", paramLabel = "ORDER", description = "abcd, cdab, badc, dcba, ...")
  private String order = "";

  @Option(names = "--scale", paramLabel = "FACTOR", description = "Factor, such as 0.1.")
  private BigDecimal scale = BigDecimal.ONE;

  @Option(names = "--around", description = "Reads one address before and after, too.")
  private boolean around;

  @Option(names = "--key", split = ",", paramLabel = "KEY", description = "Only these registers.")
  private List<String> keys = List.of();

  @Option(names = "--watch", paramLabel = "TIME", description = "Reads again and again, as 1s.")
  private @Nullable String watch;

  @Option(names = "--times", paramLabel = "N", description = "Ends --watch after N rounds.")
  private int times = Integer.MAX_VALUE;

  @Spec private CommandSpec spec = CommandSpec.create();

  /// What is read in one round; true if all of it came.
  private interface Round {
    boolean read(ModbusLine open);
  }

  @Override
  public Integer call() throws ConfigException {
    Target target = whom.target(line, where);
    Round round = round(target);
    Duration pause =
        watch == null ? Duration.ZERO : LineOptions.duration("--watch", watch, Duration.ofHours(1));
    int rounds = watch == null ? 1 : times;
    try (Stopping stopping = Stopping.watch();
        ModbusLine open = ModbusLine.open(target.options())) {
      int whole = 0;
      int done = 0;
      while (done < rounds && !stopping.waitFor(done == 0 ? 0 : pause.toNanos())) {
        whole += round.read(open) ? 1 : 0;
        done++;
        out().flush();
      }
      return ended(open, target, done, whole);
    }
  }

  /// @param done rounds
  /// @param whole how many of them brought all
  private int ended(ModbusLine open, Target target, int done, int whole) {
    if (watch != null) {
      out().println("%d round(s), %d of them whole".formatted(done, whole));
      out().flush();
    }
    if (whole < done) {
      throw new CommandException(
          "%s unit %d: not all that was asked for came"
              .formatted(target.options().endpoint(), target.unit()),
          open.advice());
    }
    return 0;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private Round round(Target target) {
    ReadReport report =
        new ReadReport(out(), target.options().endpoint().toString(), target.unit());
    @Nullable Device device = target.device();
    if (device == null || (whom.hasSite() && where.hasPlace())) {
      ValueForm form = type == null ? null : ValueForm.of(type, order);
      return plain(report, where.place(), form);
    }
    if (where.hasPlace() || type != null || around) {
      throw new UsageException("--device says what is read; leave out --address, --type, --around");
    }
    Device asked =
        new Device(
            device.name(),
            device.link(),
            device.unit(),
            DeviceRead.only(device.map(), keys),
            device.options());
    return new DeviceRound(report, asked, !keys.isEmpty())::read;
  }

  private Round plain(ReadReport report, RegisterPlace place, @Nullable ValueForm form) {
    int count = where.count(place, form == null ? 1 : form.words());
    ModbusLine.question(report.unit(), place, count);
    return around
        ? open -> around(open, report, place, count, form)
        : open -> one(open, report, place, count, form);
  }

  private boolean one(
      ModbusLine open,
      ReadReport report,
      RegisterPlace place,
      int count,
      @Nullable ValueForm form) {
    report.question(place, count);
    Answer answer = awake(open, report, place, count);
    if (watch != null && !(answer instanceof Answer.Read)) {
      return report.missing(place, answer);
    }
    int[] words = report.words(answer, place, count);
    out().println("answered after " + ReadReport.millis(answer.nanos()));
    WordsText.table(place, words).forEach(out()::println);
    values(place, words, form);
    return true;
  }

  /// Asks once more after silence: the first frame only wakes some devices.
  private Answer awake(ModbusLine open, ReadReport report, RegisterPlace place, int count) {
    Answer first = open.read(report.unit(), place, count);
    if (watch != null || !(first instanceof Answer.None none && none.isSent())) {
      return first;
    }
    Answer second = open.read(report.unit(), place, count);
    if (second instanceof Answer.None) {
      return first;
    }
    out()
        .println(
            "note: silent at first, answered when asked again; a device that sleeps wants"
                + " `wake-up: true`");
    return second;
  }

  private void values(RegisterPlace place, int[] words, @Nullable ValueForm form) {
    if (form == null) {
      return;
    }
    String factor = scale.compareTo(BigDecimal.ONE) == 0 ? "" : " x " + scale.toPlainString();
    for (int at = 0; at + form.words() <= words.length; at += form.words()) {
      String number =
          form.number(words, at)
              .map(raw -> ValueForm.text(raw.multiply(scale)))
              .orElse("no number");
      out().println("%6d  %s%s  %s".formatted(place.address() + at, form, factor, number));
    }
  }

  /// Shows the place with its neighbours: a device that counts from 1 has its value one before.
  private boolean around(
      ModbusLine open,
      ReadReport report,
      RegisterPlace place,
      int count,
      @Nullable ValueForm form) {
    report.note(place);
    boolean some = false;
    for (int step = -1; step <= 1; step++) {
      int address = place.address() + step;
      if (address >= 0 && address + count <= 0x10000) {
        some |= neighbour(open, report.unit(), place.plus(step), count, form, step);
      }
    }
    return some;
  }

  private boolean neighbour(
      ModbusLine open,
      int unit,
      RegisterPlace place,
      int count,
      @Nullable ValueForm form,
      int step) {
    String asked =
        (step == 0 ? "as asked   " : step < 0 ? "one before " : "one after  ")
            + place.onTheWire(count);
    Answer answer = open.read(unit, place, count);
    if (answer instanceof Answer.Read read) {
      out().println(asked + ": " + WordsText.hex(read.numbers()));
      values(place, read.numbers(), form);
      return true;
    }
    String reason = answer instanceof Answer.None none ? none.reason() : answer.toString();
    out().println(asked + ": " + reason);
    return false;
  }
}
