package dev.voltbus.acquisition;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.KeepAlive;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.WriteResult;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Writes the registers that devices want to see again and again, on a fixed grid of time.
final class KeepAlives {
  private static final String SOURCE = "device file";

  private final WriteLane lane;
  private final Agenda agenda;
  private final TimeSource time;
  private final WriteWatch watch;
  private final Predicate<Device> silent;
  private final List<Beat> beats = new ArrayList<>();

  /// @param silent whether a device cannot be reached; writing to it would keep the others waiting
  KeepAlives(
      WriteLane lane, Agenda agenda, TimeSource time, WriteWatch watch, Predicate<Device> silent) {
    this.lane = lane;
    this.agenda = agenda;
    this.time = time;
    this.watch = watch;
    this.silent = silent;
  }

  void add(WriteTarget target, KeepAlive keepAlive) {
    beats.add(new Beat(target, keepAlive));
  }

  /// Starts those that run all the time.
  void begin() {
    beats.stream().filter(beat -> beat.rule.when() == KeepAlive.When.ALWAYS).forEach(Beat::start);
  }

  /// A request wrote a register: what it needs is kept alive from now on.
  void written(WriteTarget target, double value) {
    beats.stream().filter(beat -> beat.isOf(target)).forEach(beat -> beat.written(target, value));
  }

  /// The end of what a request wrote has come.
  void over(WriteTarget target) {
    beats.stream().filter(beat -> beat.isOf(target)).forEach(beat -> beat.over(target.key()));
  }

  void end() {
    beats.forEach(Beat::stop);
  }

  /// One line for `voltbus check`.
  static String plan(KeepAlive rule) {
    String what =
        switch (rule.kind()) {
          case VALUE -> "keep-alive " + rule.key() + " = " + valueText(rule);
          case COUNTER -> "watchdog " + rule.key() + " counts";
          case TOGGLE -> "watchdog " + rule.key() + " toggles";
        };
    String when =
        rule.when() == KeepAlive.When.ALWAYS
            ? "always"
            : "after writes of "
                + (rule.with().isEmpty() ? "the device" : String.join(", ", rule.with()));
    return what + " every " + rule.interval().toMillis() + " ms, " + when;
  }

  private static String valueText(KeepAlive rule) {
    return rule.value() == null ? "the value written last" : rule.value().toString();
  }

  /// One register that is kept alive.
  private final class Beat {
    private final WriteTarget target;
    private final KeepAlive rule;
    private final Set<String> needs = new HashSet<>();
    private @Nullable Double value;
    private boolean running;
    private boolean busy;
    private boolean failing;
    private long dueNanos;
    private long count;

    private Beat(WriteTarget target, KeepAlive rule) {
      this.target = target;
      this.rule = rule;
      this.count = least() - 1;
      this.value = first();
    }

    /// What is written first; throws if the register cannot be written.
    private @Nullable Double first() {
      boolean counts = rule.kind() != KeepAlive.Kind.VALUE;
      @Nullable Double first = counts ? Double.valueOf(raw(least())) : rule.value();
      if (first != null) {
        target.check(first);
      }
      return first;
    }

    private boolean isOf(WriteTarget other) {
      return rule.when() == KeepAlive.When.AFTER_WRITE && other.device().equals(target.device());
    }

    /// A write to the register itself with another value than the one it is kept at says stop.
    private void written(WriteTarget other, double to) {
      boolean itself = other == target && rule.kind() == KeepAlive.Kind.VALUE;
      @Nullable Double kept = rule.value();
      if (itself && kept != null && !target.isSame(to, kept)) {
        stop();
      } else if (itself || rule.with().isEmpty() || rule.with().contains(other.key())) {
        value = itself ? Double.valueOf(to) : value;
        needs.add(other.key());
        start();
      }
    }

    private void over(String key) {
      if (needs.remove(key) && needs.isEmpty()) {
        stop();
      }
    }

    private void start() {
      if (!running) {
        running = true;
        dueNanos = time.monotonicNanos();
        agenda.at(dueNanos, this, this::beat);
      }
    }

    private void stop() {
      running = false;
      needs.clear();
      agenda.drop(this);
    }

    /// A beat that is late does not move those after it.
    private void beat() {
      long interval = rule.interval().toNanos();
      long passed = (time.monotonicNanos() - dueNanos) / interval;
      dueNanos += (passed + 1) * interval;
      agenda.at(dueNanos, this, this::beat);
      if (!busy && !silent.test(target.device())) {
        write();
      }
    }

    private void write() {
      @Nullable Double next = next();
      if (next == null) {
        return;
      }
      busy = true;
      lane.carryOut(order(next)).onComplete(done -> wrote(done.result()));
    }

    private WriteOrder order(double next) {
      WriteOrder.Purpose purpose =
          rule.kind() == KeepAlive.Kind.VALUE
              ? WriteOrder.Purpose.KEEP_ALIVE
              : WriteOrder.Purpose.WATCHDOG;
      String id = "keep-alive " + target.key();
      return new WriteOrder(id, SOURCE, target, next, null, dueNanos, purpose);
    }

    private @Nullable Double next() {
      return switch (rule.kind()) {
        case VALUE -> value;
        case COUNTER -> counted();
        case TOGGLE -> toggled();
      };
    }

    private double toggled() {
      count = count == 1 ? 0 : 1;
      return raw(count);
    }

    /// Beyond the greatest number it begins anew.
    private double counted() {
      count++;
      try {
        target.check(raw(count));
      } catch (IllegalArgumentException beyond) {
        count = least();
      }
      return raw(count);
    }

    private long least() {
      @Nullable Long min = target.codec().spec().range().min();
      return min == null ? 0 : min;
    }

    /// A raw number has no value before the scale factor is known.
    private double raw(long number) {
      if (target.isScaled()) {
        throw new IllegalArgumentException(
            target.title()
                + " cannot count or toggle, its scale factor stands in another register");
      }
      return target.codec().value(number);
    }

    private void wrote(WriteResult result) {
      busy = false;
      boolean fails = !result.outcome().isSuccess();
      watch.keptAlive(target, result, fails != failing);
      failing = fails;
    }
  }
}
