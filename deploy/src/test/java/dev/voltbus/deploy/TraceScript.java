package dev.voltbus.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the other side of a golden byte trace does, read from `script.txt`, one statement a line:
///
/// | statement | meaning |
/// |---|---|
/// | `framing tcp` or `framing rtu` | how frames look; `tcp` when left out |
/// | `unit 1 holding 0..9` | words that can be read in one request; each holds its own address |
/// | `unit 1 holding 0..9 = 100 7 ..` | the same with these first words |
/// | `refuse unit 1 holding 4..4 with 2` | a read that touches the range gets this exception |
/// | `refuse .. with 2 until 9` | only up to the ninth request |
/// | `requests 3..5 silent` | no answer; `request 3 silent` for one |
/// | `request 3 close` | the connection is closed instead of an answer |
/// | `request 3 slow 100` | the answer takes so many milliseconds |
/// | `request 3 exception 6` | this exception instead of an answer |
/// | `request 3 late` | the answer comes just before that to the next request |
/// | `request 3 wrong-unit`, `wrong-transaction`, `wrong-function` | a foreign frame first |
/// | `request 3 error-frame 0` | TinyBMS: function code 0, the command, this error |
/// | `write pack limit 12.5 at 4` | the test asks for this write when request 4 has come |
/// | `end after 12` | the trace is over when so many requests were dealt with |
record TraceScript(
    boolean rtu,
    List<Range> readable,
    List<Refusal> refusals,
    List<Rule> rules,
    List<Write> writes,
    int end) {

  /// Words of one unit that can be read together.
  record Range(int unit, String table, int from, int to, List<Integer> words) {
    boolean holds(int address, int count) {
      return address >= from && address + count - 1 <= to;
    }

    boolean touches(int address, int count) {
      return address <= to && address + count - 1 >= from;
    }

    int word(int address) {
      return address - from < words.size() ? words.get(address - from) : address;
    }
  }

  /// Reads that get an exception, up to a request.
  record Refusal(Range range, int exception, int until) {}

  /// What is done at some requests, with its number if it has one.
  record Rule(int from, int to, String deed, int number) {}

  /// A write the test asks for.
  record Write(String device, String key, double value, int at) {}

  private static final Pattern FRAMING = Pattern.compile("framing (tcp|rtu)");
  private static final String PLACE =
      "unit (\\d+) (holding|input|coil|discrete) (\\d+)\\.\\.(\\d+)";
  private static final Pattern READABLE = Pattern.compile(PLACE + "(?: = ([\\d ]+))?");
  private static final Pattern REFUSE =
      Pattern.compile("refuse " + PLACE + " with (\\d+)(?: until (\\d+))?");
  private static final Pattern RULE =
      Pattern.compile("requests? (\\d+)(?:\\.\\.(\\d+))? ([a-z-]+)(?: (\\d+))?");
  private static final Pattern WRITE = Pattern.compile("write (\\S+) (\\S+) (-?[\\d.]+) at (\\d+)");
  private static final Pattern END = Pattern.compile("end after (\\d+)");

  static TraceScript read(Path file) throws IOException {
    Reader reader = new Reader();
    for (String line : Files.readAllLines(file)) {
      String statement = line.replaceFirst("#.*", "").strip();
      if (!statement.isEmpty() && !reader.take(statement)) {
        throw new IOException(file + ": not a statement: " + statement);
      }
    }
    return reader.script();
  }

  /// What is done at a request, if anything out of the ordinary.
  Optional<Rule> rule(int request) {
    return rules.stream().filter(r -> r.from <= request && request <= r.to).findFirst();
  }

  Optional<Refusal> refusal(int unit, String table, int address, int count, int request) {
    return refusals.stream()
        .filter(r -> r.range.unit == unit && r.range.table.equals(table))
        .filter(r -> r.range.touches(address, count) && request <= r.until)
        .findFirst();
  }

  Optional<Range> range(int unit, String table, int address, int count) {
    return readable.stream()
        .filter(r -> r.unit == unit && r.table.equals(table) && r.holds(address, count))
        .findFirst();
  }

  private static final class Reader {
    private boolean rtu;
    private final List<Range> readable = new ArrayList<>();
    private final List<Refusal> refusals = new ArrayList<>();
    private final List<Rule> rules = new ArrayList<>();
    private final List<Write> writes = new ArrayList<>();
    private int end;

    TraceScript script() {
      return new TraceScript(rtu, readable, refusals, rules, writes, end);
    }

    boolean take(String line) {
      return takeFraming(line)
          || takeReadable(line)
          || takeRefusal(line)
          || takeRule(line)
          || takeWrite(line)
          || takeEnd(line);
    }

    private boolean takeFraming(String line) {
      Matcher match = FRAMING.matcher(line);
      rtu |= match.matches() && match.group(1).equals("rtu");
      return match.matches();
    }

    private boolean takeReadable(String line) {
      Matcher match = READABLE.matcher(line);
      return match.matches() && readable.add(range(match, match.group(5)));
    }

    private boolean takeRefusal(String line) {
      Matcher match = REFUSE.matcher(line);
      return match.matches()
          && refusals.add(
              new Refusal(
                  range(match, null), number(match.group(5), 0), number(match.group(6), 1 << 30)));
    }

    private boolean takeRule(String line) {
      Matcher match = RULE.matcher(line);
      if (!match.matches()) {
        return false;
      }
      int from = number(match.group(1), 0);
      String deed = match.group(3).toLowerCase(Locale.ROOT);
      return rules.add(
          new Rule(from, number(match.group(2), from), deed, number(match.group(4), 0)));
    }

    private boolean takeWrite(String line) {
      Matcher match = WRITE.matcher(line);
      return match.matches()
          && writes.add(
              new Write(
                  match.group(1),
                  match.group(2),
                  Double.parseDouble(match.group(3)),
                  number(match.group(4), 0)));
    }

    private boolean takeEnd(String line) {
      Matcher match = END.matcher(line);
      end = match.matches() ? number(match.group(1), 0) : end;
      return match.matches();
    }

    private static Range range(Matcher match, String words) {
      List<Integer> first = new ArrayList<>();
      for (String word : words == null ? new String[0] : words.strip().split(" +")) {
        first.add(Integer.parseInt(word));
      }
      return new Range(
          number(match.group(1), 0),
          match.group(2),
          number(match.group(3), 0),
          number(match.group(4), 0),
          first);
    }

    private static int number(String digits, int otherwise) {
      return digits == null ? otherwise : Integer.parseInt(digits);
    }
  }
}
