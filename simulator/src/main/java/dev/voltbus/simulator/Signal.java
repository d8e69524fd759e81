package dev.voltbus.simulator;

import java.time.Duration;
import java.util.List;

/// How the value of a simulated register goes, in the register's own unit.
public sealed interface Signal {

  /// Always the same number.
  record Fixed(double value) implements Signal {
    public Fixed {
      check("value", value);
    }
  }

  /// A text, for a register that holds one; for raw bytes their hexadecimal form.
  record Text(String text) implements Signal {}

  /// A sine between two numbers that begins half way and rises.
  record Sine(double from, double to, Duration period) implements Signal {
    public Sine {
      check("from", from);
      check("to", to);
      checkPositive("period", period);
    }
  }

  /// Counts from `start` by `rate` each second, up or down.
  record Count(double start, double rate) implements Signal {
    public Count {
      check("start", start);
      check("rate", rate);
    }
  }

  /// One number after the other, then from the beginning.
  ///
  /// @param every time each number lasts; zero means until it has been read once
  record Steps(List<Double> numbers, Duration every) implements Signal {
    public Steps {
      numbers = List.copyOf(numbers);
      if (numbers.isEmpty()) {
        throw new IllegalArgumentException("steps must not be empty");
      }
      numbers.forEach(number -> check("steps", number));
      if (!every.isZero()) {
        checkPositive("every", every);
      }
    }
  }

  /// The number after so many seconds and so many reads of the register.
  ///
  /// @throws IllegalStateException for a text
  default double at(double seconds, long reads) {
    return switch (this) {
      case Fixed(double value) -> value;
      case Text(String text) -> throw new IllegalStateException("`" + text + "` is no number");
      case Sine(double from, double to, Duration period) ->
          (from + to) / 2
              + (to - from) / 2 * Math.sin(2 * Math.PI * seconds * 1000 / period.toMillis());
      case Count(double start, double rate) -> start + rate * seconds;
      case Steps(List<Double> numbers, Duration every) -> {
        long step = every.isZero() ? reads : (long) (seconds * 1000 / every.toMillis());
        yield numbers.get((int) (step % numbers.size()));
      }
    };
  }

  /// The numbers that show whether a register can hold the signal: its bounds, its start.
  default List<Double> samples() {
    return switch (this) {
      case Fixed(double value) -> List.of(value);
      case Text(String text) -> List.of();
      case Sine(double from, double to, Duration period) -> List.of(from, to);
      case Count(double start, double rate) -> List.of(start);
      case Steps(List<Double> numbers, Duration every) -> numbers;
    };
  }

  private static void check(String name, double number) {
    if (!Double.isFinite(number)) {
      throw new IllegalArgumentException(name + " " + number + " is not finite");
    }
  }

  private static void checkPositive(String name, Duration duration) {
    if (duration.toMillis() < 1) {
      throw new IllegalArgumentException(name + " " + duration.toMillis() + "ms is below 1ms");
    }
  }
}
