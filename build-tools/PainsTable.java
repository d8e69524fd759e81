import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/// Holds each promise of `build-tools/pains.txt` against the tests that keep it; the build of the
/// module deploy starts it at verify.
///
/// `--check ROOT STARTED FILTER...` reads the reports of all modules, writes `target/pains.md` and
/// exits 1 if a promise has neither test nor refusal, a listed test does not exist or has failed,
/// or `docs/reference/reading-promises.md` is out of step. With `VOLTBUS_REQUIRE=all` a test that
/// was skipped is a fault too, and so is one that did not run although its module's tests did and
/// no FILTER (what Maven makes of `-Dtest` and the like) chose among them. A report older than
/// STARTED is no result of this build.
///
/// `--write ROOT` writes the documentation page anew.
final class PainsTable {
  private static final int ITEMS = 20;
  private static final int MOST_REFUSALS = 3;
  private static final String LIST = "build-tools/pains.txt";
  private static final String PAGE = "docs/reference/reading-promises.md";
  private static final Pattern ITEM = Pattern.compile("([0-9]+) (solved|refused) +(.+)");
  private static final Pattern TEST =
      Pattern.compile(" +(long +)?([a-z-]+) ([A-Za-z0-9_]+)#([A-Za-z0-9_]+)");
  private static final Pattern DECISION = Pattern.compile(" +decision (docs/decisions/[^ ]+\\.md)");
  private static final Pattern PARENT = Pattern.compile("\\bclass \\w+\\s+extends (\\w+)");

  /// What became of a test.
  private enum Result {
    PASSED("passed"),
    FAILED("**failed**"),
    SKIPPED("skipped"),
    NOT_RUN("not run"),
    LONG("runs with -Plong only");

    private final String text;

    Result(String text) {
      this.text = text;
    }
  }

  /// A test of a module; `isLong` if it runs in the profile `long` only.
  private record Test(String module, String type, String method, boolean isLong) {
    @Override
    public String toString() {
      return module + " " + type + "#" + method;
    }
  }

  /// A promise, with the tests that show it or the decision that refuses it.
  private record Item(
      int number, boolean isSolved, String title, List<Test> tests, List<String> decisions) {}

  private final Path root;
  private final List<Item> items = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();

  private PainsTable(Path root) {
    this.root = root;
  }

  public static void main(String[] args) throws IOException {
    PainsTable table = new PainsTable(Path.of(args[1]));
    table.read();
    if (args[0].equals("--write")) {
      Files.writeString(table.root.resolve(PAGE), table.page());
    } else {
      table.check(Instant.parse(args[2]), isWhole(args));
    }
    table.faults.forEach(fault -> System.err.println("pains: " + fault));
    if (!table.faults.isEmpty()) {
      System.exit(1);
    }
  }

  /// Maven hands a property nobody set over as it stands: `test=${test}`.
  private static boolean isWhole(String[] args) {
    return Stream.of(args)
        .skip(3)
        .allMatch(
            filter -> filter.contains("=${") || filter.endsWith("=") || filter.endsWith("=false"));
  }

  private void read() throws IOException {
    int line = 0;
    for (String text : Files.readAllLines(root.resolve(LIST))) {
      line++;
      if (!text.isBlank() && !text.startsWith("#")) {
        read(text, line);
      }
    }
    for (int number = 1; number <= ITEMS; number++) {
      int wanted = number;
      if (items.stream().filter(item -> item.number() == wanted).count() != 1) {
        faults.add(LIST + ": item " + number + " must stand there once");
      }
    }
    if (items.stream().filter(item -> !item.isSolved()).count() > MOST_REFUSALS) {
      faults.add(LIST + ": more than " + MOST_REFUSALS + " items are refused");
    }
  }

  private void read(String text, int line) {
    Matcher item = ITEM.matcher(text);
    Matcher test = TEST.matcher(text);
    Matcher decision = DECISION.matcher(text);
    if (item.matches()) {
      boolean isSolved = item.group(2).equals("solved");
      int number = Integer.parseInt(item.group(1));
      items.add(new Item(number, isSolved, item.group(3), new ArrayList<>(), new ArrayList<>()));
    } else if (test.matches() && !items.isEmpty()) {
      boolean isLong = test.group(1) != null;
      items
          .get(items.size() - 1)
          .tests()
          .add(new Test(test.group(2), test.group(3), test.group(4), isLong));
    } else if (decision.matches() && !items.isEmpty()) {
      items.get(items.size() - 1).decisions().add(decision.group(1));
    } else {
      faults.add(LIST + ":" + line + ": neither an item nor a test nor a decision: " + text);
    }
  }

  private void check(Instant started, boolean isWhole) throws IOException {
    for (Item item : items) {
      checkProof(item);
    }
    Map<Test, Result> results = new HashMap<>();
    for (Item item : items) {
      for (Test test : item.tests()) {
        results.put(test, result(test, started, isWhole));
      }
    }
    Path report = root.resolve("target/pains.md");
    Files.createDirectories(report.getParent());
    Files.writeString(report, report(results));
    Path page = root.resolve(PAGE);
    if (!Files.exists(page) || !Files.readString(page).equals(page())) {
      faults.add(PAGE + " is out of step: java build-tools/PainsTable.java --write .");
    }
    summarize(results);
  }

  private void checkProof(Item item) throws IOException {
    String name = "item " + item.number();
    if (item.isSolved() && item.tests().isEmpty()) {
      faults.add(name + " is called solved, but no test shows it");
    }
    if (!item.isSolved() && item.decisions().isEmpty()) {
      faults.add(name + " is refused, but no decision says why");
    }
    for (String decision : item.decisions()) {
      if (!Files.exists(root.resolve(decision))) {
        faults.add(name + ": " + decision + " does not exist");
      }
    }
    for (Test test : item.tests()) {
      if (!isWritten(test.module(), test.type(), test.method())) {
        faults.add(name + ": there is no test " + test);
      }
    }
  }

  /// Whether a test class, or one it extends, has the method.
  private boolean isWritten(String module, String type, String method) throws IOException {
    Optional<String> source = source(module, type);
    if (source.isEmpty()) {
      return false;
    }
    if (Pattern.compile("[>\\w] " + method + "\\(").matcher(source.get()).find()) {
      return true;
    }
    Matcher parent = PARENT.matcher(source.get());
    return parent.find() && isWritten(module, parent.group(1), method);
  }

  private Optional<String> source(String module, String type) throws IOException {
    Path tests = root.resolve(module).resolve("src/test/java");
    if (!Files.exists(tests)) {
      return Optional.empty();
    }
    try (Stream<Path> files = Files.walk(tests)) {
      Optional<Path> file = files.filter(path -> path.endsWith(type + ".java")).findFirst();
      return file.isEmpty() ? Optional.empty() : Optional.of(Files.readString(file.get()));
    }
  }

  private Result result(Test test, Instant started, boolean isWhole) throws IOException {
    Result result = Result.NOT_RUN;
    for (Path report : reports(test.module(), started)) {
      if (report.toString().endsWith("." + test.type() + ".xml")) {
        result = outcome(report, test.method());
      }
    }
    if (result == Result.NOT_RUN && test.isLong()) {
      return Result.LONG;
    }
    if (result == Result.FAILED) {
      faults.add(test + " has failed");
    }
    boolean strict = "all".equals(System.getenv("VOLTBUS_REQUIRE"));
    if (strict && result == Result.SKIPPED) {
      faults.add(test + " was skipped");
    }
    boolean ran = !reports(test.module(), started).isEmpty();
    if (strict && result == Result.NOT_RUN && isWhole && ran) {
      faults.add(test + " did not run, although the other tests of its module did");
    }
    return result;
  }

  /// The reports this build has written for a module.
  private List<Path> reports(String module, Instant started) throws IOException {
    List<Path> found = new ArrayList<>();
    for (String folder : List.of("surefire-reports", "failsafe-reports")) {
      Path reports = root.resolve(module).resolve("target").resolve(folder);
      if (Files.exists(reports)) {
        try (Stream<Path> files = Files.list(reports)) {
          for (Path file : files.filter(path -> path.toString().endsWith(".xml")).toList()) {
            if (!Files.getLastModifiedTime(file).toInstant().isBefore(started)) {
              found.add(file);
            }
          }
        }
      }
    }
    return found;
  }

  /// The worst of all runs of a method; a class skipped as a whole has no line for it.
  private static Result outcome(Path report, String method) throws IOException {
    Map<Result, Boolean> seen = new EnumMap<>(Result.class);
    boolean isSkipped = false;
    try (InputStream in = Files.newInputStream(report)) {
      XMLStreamReader xml = XMLInputFactory.newDefaultFactory().createXMLStreamReader(in);
      boolean isOurs = false;
      boolean isNameless = false;
      while (xml.hasNext()) {
        if (xml.next() != XMLStreamReader.START_ELEMENT) {
          continue;
        }
        switch (xml.getLocalName()) {
          case "testcase" -> {
            String name = String.valueOf(xml.getAttributeValue(null, "name"));
            isNameless = name.isEmpty();
            isOurs = name.replaceFirst("[(\\[{ ].*", "").equals(method);
            seen.merge(Result.PASSED, isOurs, Boolean::logicalOr);
          }
          case "failure", "error" -> seen.merge(Result.FAILED, isOurs, Boolean::logicalOr);
          case "skipped" -> {
            seen.merge(Result.SKIPPED, isOurs, Boolean::logicalOr);
            isSkipped |= isNameless;
          }
          default -> {}
        }
      }
    } catch (XMLStreamException e) {
      throw new IOException("cannot read " + report, e);
    }
    for (Result result : List.of(Result.FAILED, Result.SKIPPED, Result.PASSED)) {
      if (seen.getOrDefault(result, false)) {
        return result;
      }
    }
    return isSkipped ? Result.SKIPPED : Result.NOT_RUN;
  }

  private String report(Map<Test, Result> results) {
    StringBuilder text = new StringBuilder("# What reading promises, and what this build saw\n\n");
    text.append("| item | promise | test | result |\n|---|---|---|---|\n");
    for (Item item : items) {
      for (Test test : item.tests()) {
        row(text, item, "`" + test + "`", results.getOrDefault(test, Result.NOT_RUN).text);
      }
      for (String decision : item.decisions()) {
        row(text, item, decision, item.isSolved() ? "decided" : "refused");
      }
    }
    return text.toString();
  }

  private static void row(StringBuilder text, Item item, String proof, String result) {
    text.append("| %d | %s | %s | %s |\n".formatted(item.number(), item.title(), proof, result));
  }

  private void summarize(Map<Test, Result> results) {
    Map<Result, Integer> counts = new EnumMap<>(Result.class);
    results.values().forEach(result -> counts.merge(result, 1, Integer::sum));
    StringBuilder line = new StringBuilder("pains: " + items.size() + " items");
    counts.forEach((result, count) ->
        line.append(", ").append(count).append(' ').append(result.text.replace("*", "")));
    System.out.println(line + "; target/pains.md");
    for (Result result : List.of(Result.SKIPPED, Result.NOT_RUN)) {
      Map<String, Integer> classes = new TreeMap<>();
      results.forEach((test, seen) -> {
        if (seen == result) {
          classes.merge(test.module() + " " + test.type(), 1, Integer::sum);
        }
      });
      classes.forEach((type, count) ->
          System.out.println("pains: " + result.text + ": " + count + " of " + type));
    }
  }

  /// The page for readers: what is promised, and which tests show it.
  private String page() {
    StringBuilder text = new StringBuilder();
    text.append(
        """
        # What reading promises

        Twenty things users of Modbus gateways suffer from, what Voltbus promises instead, and the tests
        that show it. `mvn verify` holds this table against the reports of the tests and writes
        `target/pains.md` with their results; it fails where a listed test does not exist or has failed.
        The list is `build-tools/pains.txt`; `java build-tools/PainsTable.java --write .` makes this page
        from it.

        | item | promise | shown by |
        |---|---|---|
        """);
    for (Item item : items) {
      List<String> proofs = new ArrayList<>();
      item.tests().forEach(test -> proofs.add("`" + test.type() + "`: " + words(test)));
      item.decisions().forEach(decision -> proofs.add(link(decision)));
      String title = item.isSolved() ? item.title() : "refused: " + item.title();
      text.append(
          "| %d | %s | %s |\n".formatted(item.number(), title, String.join("<br>", proofs)));
    }
    return text.toString();
  }

  /// The name of a test is a sentence; this puts its blanks back.
  private static String words(Test test) {
    String words = test.method().replaceAll("(?<!^)(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    return words + (test.isLong() ? " (profile long)" : "");
  }

  private static String link(String decision) {
    return "[decision](" + decision.replaceFirst("^docs/", "../") + ")";
  }
}
