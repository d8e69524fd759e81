package dev.voltbus.deploy;

import dev.voltbus.deploy.ModbusLine.Answer;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `voltbus read`: registers of a device, raw and decoded.
@Command(
    name = "read",
    description = "Reads registers of a device and says exactly what it asked.",
    mixinStandardHelpOptions = true)
final class ReadCommand implements Callable<Integer> {
  @Parameters(paramLabel = "URL", description = "Such as tcp://192.0.2.10:502.")
  private String url = "";

  @Mixin private LineOptions line = new LineOptions();
  @Mixin private PlaceOptions where = new PlaceOptions();

  @Option(names = "--type", paramLabel = "TYPE", description = "u16, s16, u32, f32, ...")
  private @Nullable String type;

  @Option(names = "--order", paramLabel = "ORDER", description = "abcd, cdab, badc, dcba, ...")
  private String order = "";

  @Option(names = "--scale", paramLabel = "FACTOR", description = "Factor, such as 0.1.")
  private BigDecimal scale = BigDecimal.ONE;

  @Option(names = "--around", description = "Reads one address before and after, too.")
  private boolean around;

  @Option(names = "--device", paramLabel = "TYPE", description = "Reads what a device file names.")
  private @Nullable String device;

  @Option(names = "--key", split = ",", paramLabel = "KEY", description = "Only these registers.")
  private List<String> keys = List.of();

  @Option(
      names = "--config",
      paramLabel = "DIR",
      description = "Folder with devices/ (default: the one of the installation).")
  private Path config = Main.configFolder();

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
    Round round = round();
    Duration pause =
        watch == null ? Duration.ZERO : LineOptions.duration("--watch", watch, Duration.ofHours(1));
    int rounds = watch == null ? 1 : times;
    boolean whole = true;
    try (ModbusLine open = ModbusLine.open(line.to(url))) {
      for (int i = 0; i < rounds; i++) {
        LockSupport.parkNanos(i == 0 ? 0 : pause.toNanos());
        whole = round.read(open);
        out().flush();
      }
    }
    return whole ? 0 : Main.FAULT;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private Round round() throws ConfigException {
    @Nullable String named = device;
    if (named == null) {
      ValueForm form = type == null ? null : ValueForm.of(type, order);
      return plain(where.place(), form);
    }
    if (where.hasPlace() || type != null || around) {
      throw new UsageException("--device says what is read; leave out --address, --type, --around");
    }
    DeviceType chosen = new DeviceFolder(config).device(named);
    List<DeviceReads.Block> blocks = DeviceReads.of(chosen.map(), keys);
    return open -> {
      long missing = blocks.stream().filter(block -> !show(open, block)).count();
      return missing == 0;
    };
  }

  private boolean show(ModbusLine open, DeviceReads.Block block) {
    new ReadReport(out()).question(block.place(), block.count(), where.unit());
    return switch (open.read(where.unit(), block.place(), block.count())) {
      case Answer.Read read -> {
        block.lines(read.numbers()).forEach(out()::println);
        yield true;
      }
      case Answer.Refused refused -> fail(block.place(), refused.toString());
      case Answer.None none -> fail(block.place(), none.reason());
    };
  }

  private boolean fail(RegisterPlace place, String reason) {
    out().println("  " + place.table().word() + " " + place.address() + ": " + reason);
    return false;
  }

  private Round plain(RegisterPlace place, @Nullable ValueForm form) {
    int count = where.count(form == null ? 1 : form.words());
    ModbusLine.question(where.unit(), place, count);
    return around
        ? open -> around(open, place, count, form)
        : open -> one(open, place, count, form);
  }

  private boolean one(ModbusLine open, RegisterPlace place, int count, @Nullable ValueForm form) {
    ReadReport report = new ReadReport(out());
    report.question(place, count, where.unit());
    Answer answer = open.read(where.unit(), place, count);
    if (watch != null && !(answer instanceof Answer.Read)) {
      return fail(place, answer instanceof Answer.None none ? none.reason() : answer.toString());
    }
    int[] words = report.words(answer, url, where.unit(), place);
    out().println("answered after " + ReadReport.millis(answer.nanos()));
    WordsText.table(place, words).forEach(out()::println);
    values(place, words, form);
    return true;
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
      ModbusLine open, RegisterPlace place, int count, @Nullable ValueForm form) {
    if (!place.note().isEmpty()) {
      out().println("note: " + place.note());
    }
    boolean some = false;
    for (int step = -1; step <= 1; step++) {
      int address = place.address() + step;
      if (address >= 0 && address + count <= 0x10000) {
        some |= neighbour(open, place.plus(step), count, form, step);
      }
    }
    return some;
  }

  private boolean neighbour(
      ModbusLine open, RegisterPlace place, int count, @Nullable ValueForm form, int step) {
    String asked =
        (step == 0 ? "as asked   " : step < 0 ? "one before " : "one after  ")
            + place.onTheWire(count);
    Answer answer = open.read(where.unit(), place, count);
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
