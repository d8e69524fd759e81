package dev.voltbus.acquisition;

import dev.voltbus.contract.WriteResult;
import dev.voltbus.contract.WriteResult.Outcome;
import dev.voltbus.modbus.ModbusDeviceException;
import dev.voltbus.modbus.ModbusException;
import dev.voltbus.modbus.ModbusRequest;
import dev.voltbus.modbus.Words;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// One write from order to result, as a state machine without a wire: each event returns the next
/// step.
///
/// A write is never repeated. Where the device refuses the function, which changes nothing, the
/// other function may be tried. When the answer is lost, reading back decides.
final class WriteRun {
  /// How long reading back goes on when the answer to a write was lost: time for the device or its
  /// gateway to come back.
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(20);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);
  private static final int LOOKS_IN_WINDOW = 8;

  /// A silent unit keeps the link for a time limit each time it is asked. Between two attempts to
  /// read back the others get this many times as much.
  private static final int OTHERS_TIMES = 4;

  private static final int ACKNOWLEDGE = 5;
  private static final int NO_ANSWER_BEHIND_GATEWAY = 11;

  /// What to do next.
  sealed interface Step {
    /// Read the register, then tell [#read] or [#unread].
    record Read() implements Step {}

    /// Send, then tell [#sent], [#unsent] or [#withheld].
    record Send(ModbusRequest.Write request) implements Step {}

    /// Wait, then tell [#rested].
    record Rest(Duration pause) implements Step {}

    /// There is a result.
    record Done(WriteResult result) implements Step {}
  }

  private enum State {
    NEW,
    READING_FIRST,
    SENDING,
    LOOKING,
    RESTING,
    DONE
  }

  private final WriteOrder order;
  private final WriteTarget target;
  private final WearBudget budget;
  private final long begunNanos;
  private final Deque<WriteWay> ways;
  private State state = State.NEW;
  private @Nullable Words current;
  private @Nullable Words seen;
  private @Nullable Words out;
  private long answeredAt;
  private long windowEndNanos;
  private long askedNanos;
  private Duration pause = SHORTEST_PAUSE;
  private String lost = "";
  private String trouble = "";

  /// @param begunNanos when the order came
  WriteRun(WriteOrder order, WearBudget budget, long begunNanos) {
    this.order = order;
    this.target = order.target();
    this.budget = budget;
    this.begunNanos = begunNanos;
    this.ways = new ArrayDeque<>(target.ways());
  }

  WriteOrder order() {
    return order;
  }

  /// Whether nothing of it will be sent any more: it is read back or over.
  boolean isSent() {
    return state == State.LOOKING || state == State.RESTING || state == State.DONE;
  }

  Step begin(long now) {
    expect(State.NEW);
    if (now >= order.deadlineNanos()) {
      return refuse("its deadline passed before its turn", now);
    }
    return order.skipsEqual() ? readFirst() : send(now);
  }

  private Step readFirst() {
    state = State.READING_FIRST;
    return new Step.Read();
  }

  private Step send(long now) {
    WriteWay way = ways.element();
    if (target.needsCurrent(way) && current == null) {
      return readFirst();
    }
    if (out == null && !budget.take(order)) {
      return refuse(budget.story(target), now);
    }
    state = State.SENDING;
    Words words = current == null ? order.wanted() : target.merge(order.wanted(), current);
    out = words;
    return new Step.Send(target.request(way, words));
  }

  /// The register was read.
  Step read(Words words, long now) {
    seen = words;
    if (state == State.READING_FIRST) {
      current = words;
      boolean equal = order.skipsEqual() && target.holds(words, order.wanted());
      return equal ? done(Outcome.SUPPRESSED, "", now) : send(now);
    }
    expect(State.LOOKING);
    return target.holds(words, order.wanted()) ? verified(now) : lookAgain(pause.toNanos(), now);
  }

  private Step verified(long now) {
    return done(Outcome.VERIFIED, lost.isEmpty() ? "" : lost + "; but it reads back equal", now);
  }

  /// The register could not be read.
  Step unread(String why, long now) {
    if (state == State.READING_FIRST) {
      return done(Outcome.FAILED, "not written, reading it first failed: " + why, now);
    }
    expect(State.LOOKING);
    trouble = why;
    return lookAgain(Math.max(pause.toNanos(), OTHERS_TIMES * (now - askedNanos)), now);
  }

  private Step lookAgain(long restNanos, long now) {
    if (now >= windowEndNanos) {
      return undecided(now);
    }
    state = State.RESTING;
    return new Step.Rest(Duration.ofNanos(Math.min(windowEndNanos - now, restNanos)));
  }

  private Step undecided(long now) {
    Words last = seen;
    if (last != null) {
      String story =
          "%s kept %s instead of %s"
              .formatted(
                  target.wire().place(), target.describe(last), target.describe(order.wanted()));
      return done(Outcome.FAILED, lost.isEmpty() ? story : lost + "; " + story, now);
    }
    return lost.isEmpty()
        ? done(Outcome.WRITTEN, "accepted, but reading back failed: " + trouble, now)
        : done(Outcome.UNKNOWN, lost + "; reading back failed: " + trouble, now);
  }

  Step rested(long now) {
    expect(State.RESTING);
    state = State.LOOKING;
    askedNanos = now;
    return new Step.Read();
  }

  /// The device answered that it has written.
  Step sent(long now, long wallMillis) {
    expect(State.SENDING);
    answeredAt = wallMillis;
    target.learn(ways.element());
    return order.isReadBack() ? look(now, target.writing().settle()) : written("", now);
  }

  private Step written(String reason, long now) {
    return done(Outcome.WRITTEN, reason, now);
  }

  private Step look(long now, Duration window) {
    state = State.LOOKING;
    seen = null;
    askedNanos = now;
    windowEndNanos = now + window.toNanos();
    pause = between(SHORTEST_PAUSE, window.dividedBy(LOOKS_IN_WINDOW), LONGEST_PAUSE);
    return new Step.Read();
  }

  private static Duration between(Duration least, Duration wanted, Duration most) {
    Duration atLeast = wanted.compareTo(least) < 0 ? least : wanted;
    return atLeast.compareTo(most) > 0 ? most : atLeast;
  }

  /// The write failed.
  Step unsent(ModbusException failure, long now, long wallMillis) {
    expect(State.SENDING);
    if (failure instanceof ModbusDeviceException refusal) {
      return refusedByDevice(refusal, now, wallMillis);
    }
    if (!failure.isSent()) {
      out = null;
      return done(Outcome.FAILED, failure.getMessage(), now);
    }
    return lost(failure.getMessage(), now);
  }

  private Step lost(String why, long now) {
    lost = why;
    if (!order.isReadBack()) {
      return done(Outcome.UNKNOWN, why, now);
    }
    return look(
        now, order.isPatient() ? longer(target.writing().settle(), PATIENCE) : Duration.ZERO);
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  private Step refusedByDevice(ModbusDeviceException refusal, long now, long wallMillis) {
    int code = refusal.exceptionCode();
    if (code == ACKNOWLEDGE) {
      return sent(now, wallMillis);
    }
    if (code == NO_ANSWER_BEHIND_GATEWAY) {
      return lost(refusal.getMessage(), now);
    }
    WriteWay tried = ways.remove();
    if (!ways.isEmpty() && tried.leavesRoom(code)) {
      return send(now);
    }
    return done(Outcome.FAILED, refusal.getMessage(), now);
  }

  /// The right to send was lost while the write waited for the wire.
  Step withheld(String why, long now) {
    expect(State.SENDING);
    out = null;
    return refuse(why, now);
  }

  /// A newer write to the same register took its place before it was read back.
  Step overtaken(String newer, long now) {
    if (!isSent() || state == State.DONE) {
      throw new IllegalStateException("write " + order.id() + " cannot be overtaken in " + state);
    }
    String story = "overtaken by write " + newer + " before it was read back";
    return lost.isEmpty() ? written(story, now) : done(Outcome.UNKNOWN, lost + "; " + story, now);
  }

  /// The session ends; what was sent stays as it is.
  Step abandoned(String why, long now) {
    if (isSent()) {
      return lost.isEmpty() ? written(why, now) : done(Outcome.UNKNOWN, lost + "; " + why, now);
    }
    return state == State.SENDING ? done(Outcome.UNKNOWN, why, now) : refuse(why, now);
  }

  private Step refuse(String why, long now) {
    return done(Outcome.REFUSED, "not sent: " + why, now);
  }

  private Step done(Outcome outcome, String reason, long now) {
    state = State.DONE;
    return new Step.Done(
        new WriteResult(
            order.id(),
            outcome,
            reason,
            list(out),
            list(seen),
            answeredAt,
            (int) TimeUnit.NANOSECONDS.toMillis(now - begunNanos)));
  }

  private static List<Integer> list(@Nullable Words words) {
    return words == null
        ? List.of()
        : IntStream.range(0, words.size()).mapToObj(words::unsigned).toList();
  }

  private void expect(State expected) {
    if (state != expected) {
      throw new IllegalStateException("write " + order.id() + " is " + state + ", not " + expected);
    }
  }
}
