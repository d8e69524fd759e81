package dev.voltbus.deploy;

import java.io.PrintWriter;
import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `voltbus decode`: one block in every type and byte order, held against an expected value.
@Command(
    name = "decode",
    description = "Shows words in every type and byte order, likeliest first.",
    mixinStandardHelpOptions = true)
final class DecodeCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..*",
      paramLabel = "WORDS",
      description = "Words in hexadecimal, such as 4253 3333.")
  private List<String> texts = List.of();

  @Option(names = "--decimal", description = "WORDS are decimal numbers.")
  private boolean decimal;

  @Option(names = "--url", paramLabel = "URL", description = "Reads the words from a device.")
  private @Nullable String url;

  @Option(
      names = "--expect",
      paramLabel = "VALUE",
      description = "What the device's own display says, such as 52.8.")
  private @Nullable BigDecimal expected;

  @Option(
      names = "--tolerance",
      paramLabel = "VALUE",
      description = "How far off a value may be (default: 1 % of the expected one).")
  private @Nullable BigDecimal tolerance;

  @Mixin private LineOptions line = new LineOptions();
  @Mixin private PlaceOptions where = new PlaceOptions();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    int[] words = words(out);
    out.println(words.length + " word(s): " + WordsText.hex(words));
    BlockView view = new BlockView(words);
    @Nullable BigDecimal wanted = expected;
    if (wanted != null) {
      view.guesses(guesses(wanted), wanted).forEach(out::println);
    }
    out.println("every reading:");
    view.all().forEach(out::println);
    out.flush();
    return 0;
  }

  private ValueGuesses guesses(BigDecimal wanted) {
    @Nullable BigDecimal given = tolerance;
    if (given != null && given.signum() < 0) {
      throw new UsageException("--tolerance " + given + " is below 0");
    }
    return given == null ? ValueGuesses.of(wanted) : new ValueGuesses(wanted, given);
  }

  private int[] words(PrintWriter out) {
    @Nullable String endpoint = url;
    if ((endpoint == null) == texts.isEmpty()) {
      throw new UsageException("give either words or --url, as in: voltbus decode 4253 3333");
    }
    return endpoint == null ? WordsText.parse(texts, decimal) : read(endpoint, out);
  }

  private int[] read(String endpoint, PrintWriter out) {
    RegisterPlace place = where.place();
    int count = where.count(place, 4);
    int unit = where.unit(1);
    ModbusLine.question(unit, place, count);
    try (ModbusLine open = ModbusLine.open(line.to(endpoint))) {
      ReadReport report = new ReadReport(out, endpoint, unit);
      report.question(place, count);
      return report.words(open.read(unit, place, count), place, count);
    }
  }
}
