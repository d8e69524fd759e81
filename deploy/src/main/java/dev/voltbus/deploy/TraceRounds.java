package dev.voltbus.deploy;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.deploy.ModbusLine.Answer;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Asks a device for some time as the gateway does: each poll group with its period, an unanswered
/// request again, and the rest of a round not after that.
final class TraceRounds {
  private static final Duration USUAL_PERIOD = Duration.ofSeconds(1);

  /// What is read with one period.
  private static final class Round {
    private final Duration period;
    private final List<DeviceRead> reads;
    private long dueNanos = System.nanoTime();

    private Round(Duration period, List<DeviceRead> reads) {
      this.period = period;
      this.reads = reads;
    }
  }

  private final int unit;
  private final PrintWriter out;
  private final @Nullable Device device;
  private final List<Round> rounds = new ArrayList<>();
  private final ReadValues values = new ReadValues();
  private int sent;
  private int answered;
  private int refused;

  /// Reads these once a second.
  TraceRounds(int unit, List<DeviceRead> reads, PrintWriter out) {
    this.unit = unit;
    this.out = out;
    this.device = null;
    rounds.add(new Round(USUAL_PERIOD, List.copyOf(reads)));
  }

  /// Reads what the gateway reads.
  TraceRounds(Device device, PrintWriter out) {
    this.unit = device.unit();
    this.out = out;
    this.device = device;
  }

  /// Asks until a time, or until it is told to stop.
  void run(ModbusLine open, Stopping stopping, long endNanos) {
    @Nullable Device asked = device;
    if (asked != null) {
      plan(open, asked);
    }
    for (Round next = next(); next != null && next.dueNanos < endNanos; next = next()) {
      if (stopping.waitFor(next.dueNanos - System.nanoTime())) {
        return;
      }
      read(open, next);
      next.dueNanos = Math.max(System.nanoTime(), next.dueNanos + next.period.toNanos());
    }
  }

  private void plan(ModbusLine open, Device asked) {
    open.pace(asked);
    ModelSearch models = ModelSearch.of(open, unit, asked.map());
    models.lines().forEach(this::say);
    List<DeviceRead> all = DeviceRead.of(asked, models);
    for (PollGroup group : asked.map().groups()) {
      List<DeviceRead> own =
          all.stream().filter(read -> read.group().equals(group.name())).toList();
      if (!own.isEmpty()) {
        rounds.add(new Round(group.period(), own));
      }
    }
  }

  private @Nullable Round next() {
    return rounds.stream().min(Comparator.comparingLong(round -> round.dueNanos)).orElse(null);
  }

  private void read(ModbusLine open, Round round) {
    for (DeviceRead read : round.reads) {
      if (!answers(open, read)) {
        break;
      }
    }
    if (device != null && device.options().closeAfterCycle()) {
      open.hangUp();
    }
    out.flush();
  }

  private boolean answers(ModbusLine open, DeviceRead read) {
    int tries = 1 + (device == null ? 0 : device.options().retries());
    for (int i = 0; i < tries; i++) {
      sent++;
      switch (open.read(unit, read.place(), read.count())) {
        case Answer.Read words -> {
          answered++;
          values.lines(read, words.shorts()).forEach(this::say);
          return true;
        }
        case Answer.Refused _ -> {
          answered++;
          refused++;
          return true;
        }
        case Answer.None none -> say("  " + none.reason());
      }
    }
    return false;
  }

  private void say(String line) {
    out.println("        " + line);
  }

  boolean isAnswered() {
    return answered > 0;
  }

  /// `12 request(s), 12 answered, 1 of them refused, 0 without an answer`.
  String summary() {
    return "%d request(s), %d answered, %d of them refused, %d without an answer"
        .formatted(sent, answered, refused, sent - answered);
  }
}
