package dev.voltbus.simulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The text form of faults: words between colons, the first of which is the fault's name.
public final class FaultText {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,9}");
  private static final Duration LONGEST = Duration.ofHours(24);

  /// The forms of all faults, for help texts and messages.
  public static final List<String> FORMS =
      List.of(
          "none",
          "delay:500ms",
          "drop",
          "drop:carried-out",
          "late:2s",
          "exception:6",
          "busy:30%",
          "busy:200ms",
          "min-gap:50ms",
          "min-gap:50ms:zeros",
          "sleep:5s",
          "gap-reads",
          "split-values",
          "wrong-unit[:1]",
          "wrong-transaction[:1]",
          "wrong-function:4",
          "wrong-count:-1",
          "wrong-length:2",
          "wrong-crc",
          "foreign",
          "foreign:first",
          "truncate:9",
          "dribble:20ms",
          "native-errors",
          "close",
          "rst",
          "half-open",
          "reboot:5s",
          "single-connection",
          "single-connection:newest",
          "torn",
          "scale-factor:-1",
          "address-shift:1",
          "frozen",
          "next:3:FAULT",
          "every:10:FAULT",
          "at:305:FAULT",
          "at:305..310:FAULT",
          "reads:FAULT",
          "writes:FAULT");

  private final String text;
  private final List<String> words;

  private FaultText(String text) {
    this.text = text;
    this.words = new ArrayList<>(Arrays.asList(text.strip().split(":", -1)));
  }

  /// Reads the text form of a fault.
  ///
  /// @throws IllegalArgumentException naming the word that is wrong and what would be valid
  public static Fault parse(String text) {
    FaultText reading = new FaultText(text);
    Fault fault = reading.fault();
    if (!reading.words.isEmpty()) {
      throw reading.refused("`" + String.join(":", reading.words) + "` is too much");
    }
    return fault;
  }

  private Fault fault() {
    String name = words.isEmpty() ? "" : words.removeFirst();
    return switch (name) {
      case "none" -> new Fault.None();
      case "delay" -> new Fault.Delay(duration());
      case "drop" -> new Fault.Drop(flag("carried-out"));
      case "exception" -> new Fault.Exceptional(number());
      case "busy" -> busy();
      case "min-gap" -> new Fault.MinGap(duration(), flag("zeros"));
      case "sleep" -> new Fault.Sleep(duration());
      case "gap-reads" -> new Fault.GapReads();
      case "split-values" -> new Fault.SplitValues();
      case "late" -> new Fault.Late(duration());
      case "wrong-unit" -> new Fault.WrongUnit(numberOr(1));
      case "wrong-transaction" -> new Fault.WrongTransaction(numberOr(1));
      case "wrong-function" -> new Fault.WrongFunction(number());
      case "wrong-count" -> new Fault.WrongCount(number());
      case "wrong-length" -> new Fault.WrongLength(number());
      case "wrong-crc" -> new Fault.WrongCrc();
      case "foreign" -> new Fault.Foreign(flag("first"));
      case "truncate" -> new Fault.Truncate(number());
      case "dribble" -> new Fault.Dribble(duration());
      case "native-errors" -> new Fault.NativeErrors();
      case "close" -> new Fault.Close();
      case "rst" -> new Fault.Rst();
      case "half-open" -> new Fault.HalfOpen();
      case "reboot" -> new Fault.Reboot(duration());
      case "single-connection" -> new Fault.SingleConnection(flag("newest"));
      case "torn" -> new Fault.Torn();
      case "scale-factor" -> new Fault.ScaleFactor(number());
      case "address-shift" -> new Fault.AddressShift(number());
      case "frozen" -> new Fault.Frozen();
      case "next" -> counted(requests -> new Fault.Next(requests, fault()));
      case "every" -> counted(requests -> new Fault.Every(requests, fault()));
      case "at" -> touching();
      case "reads" -> new Fault.OnReads(fault());
      case "writes" -> new Fault.OnWrites(fault());
      default -> throw refused("`" + name + "` is no fault; valid: " + String.join(", ", FORMS));
    };
  }

  private Fault counted(Function<Integer, Fault> made) {
    return made.apply(number());
  }

  private Fault busy() {
    String word = next("a share such as 30% or a duration such as 200ms");
    if (word.endsWith("%")) {
      return new Fault.BusyShare(number(word.substring(0, word.length() - 1)));
    }
    return new Fault.BusyWhenFaster(duration(word));
  }

  private Fault touching() {
    String[] ends = next("an address such as 305 or 305..310").split("\\.\\.", -1);
    if (ends.length > 2) {
      throw refused("`" + String.join("..", ends) + "` is not an address such as 305 or 305..310");
    }
    return new Fault.Touching(number(ends[0]), number(ends[ends.length - 1]), fault());
  }

  private String next(String wanted) {
    if (words.isEmpty()) {
      throw refused(wanted + " is missing");
    }
    return words.removeFirst();
  }

  private boolean flag(String word) {
    return !words.isEmpty() && words.getFirst().equals(word) && !words.removeFirst().isEmpty();
  }

  private int number() {
    return number(next("a whole number"));
  }

  private int numberOr(int otherwise) {
    return words.isEmpty() ? otherwise : number();
  }

  private int number(String word) {
    if (!NUMBER.matcher(word).matches()) {
      throw refused("`" + word + "` is not a whole number");
    }
    return Integer.parseInt(word);
  }

  private Duration duration() {
    return duration(next("a duration such as 500ms, 5s or 2m"));
  }

  private Duration duration(String word) {
    Matcher matcher = DURATION.matcher(word);
    if (!matcher.matches()) {
      throw refused("`" + word + "` is not a duration such as 500ms, 5s or 2m");
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      default -> Duration.ofHours(number);
    };
  }

  private IllegalArgumentException refused(String why) {
    return new IllegalArgumentException("fault `" + text + "`: " + why);
  }

  /// The text form of a fault.
  static String of(Fault fault) {
    return switch (fault) {
      case Fault.None() -> "none";
      case Fault.OfRequest request -> of(request);
      case Fault.OfAnswer answer -> of(answer);
      case Fault.OfConnection connection -> of(connection);
      case Fault.OfValues values -> of(values);
      case Fault.Next(int requests, Fault inner) -> "next:" + requests + ":" + of(inner);
      case Fault.Every(int requests, Fault inner) -> "every:" + requests + ":" + of(inner);
      case Fault.Touching(int from, int to, Fault inner) ->
          "at:" + (from == to ? "" + from : from + ".." + to) + ":" + of(inner);
      case Fault.OnReads(Fault inner) -> "reads:" + of(inner);
      case Fault.OnWrites(Fault inner) -> "writes:" + of(inner);
    };
  }

  private static String of(Fault.OfRequest fault) {
    return switch (fault) {
      case Fault.Delay(Duration by) -> "delay:" + of(by);
      case Fault.Drop(boolean carriedOut) -> carriedOut ? "drop:carried-out" : "drop";
      case Fault.Exceptional(int code) -> "exception:" + code;
      case Fault.BusyShare(int percent) -> "busy:" + percent + "%";
      case Fault.BusyWhenFaster(Duration than) -> "busy:" + of(than);
      case Fault.MinGap(Duration gap, boolean zeros) ->
          "min-gap:" + of(gap) + (zeros ? ":zeros" : "");
      case Fault.Sleep(Duration after) -> "sleep:" + of(after);
      case Fault.GapReads() -> "gap-reads";
      case Fault.SplitValues() -> "split-values";
    };
  }

  private static String of(Fault.OfAnswer fault) {
    return switch (fault) {
      case Fault.Late(Duration by) -> "late:" + of(by);
      case Fault.WrongUnit(int by) -> "wrong-unit:" + by;
      case Fault.WrongTransaction(int by) -> "wrong-transaction:" + by;
      case Fault.WrongFunction(int function) -> "wrong-function:" + function;
      case Fault.WrongCount(int by) -> "wrong-count:" + by;
      case Fault.WrongLength(int by) -> "wrong-length:" + by;
      case Fault.WrongCrc() -> "wrong-crc";
      case Fault.Foreign(boolean first) -> first ? "foreign:first" : "foreign";
      case Fault.Truncate(int bytes) -> "truncate:" + bytes;
      case Fault.Dribble(Duration gap) -> "dribble:" + of(gap);
      case Fault.NativeErrors() -> "native-errors";
    };
  }

  private static String of(Fault.OfConnection fault) {
    return switch (fault) {
      case Fault.Close() -> "close";
      case Fault.Rst() -> "rst";
      case Fault.HalfOpen() -> "half-open";
      case Fault.Reboot(Duration by) -> "reboot:" + of(by);
      case Fault.SingleConnection(boolean newest) ->
          newest ? "single-connection:newest" : "single-connection";
    };
  }

  private static String of(Fault.OfValues fault) {
    return switch (fault) {
      case Fault.Torn() -> "torn";
      case Fault.ScaleFactor(int by) -> "scale-factor:" + by;
      case Fault.AddressShift(int by) -> "address-shift:" + by;
      case Fault.Frozen() -> "frozen";
    };
  }

  private static String of(Duration duration) {
    long millis = duration.toMillis();
    return millis % 1000 == 0 && millis > 0 ? millis / 1000 + "s" : millis + "ms";
  }

  static void check(String name, int number, int least, int most) {
    if (number < least || number > most) {
      throw new IllegalArgumentException(
          "fault " + name + ": " + number + " is not in " + least + ".." + most);
    }
  }

  static void checkDuration(String name, Duration duration) {
    if (duration.isNegative() || duration.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("fault " + name + ": " + duration + " is not in 0ms..24h");
    }
  }
}
