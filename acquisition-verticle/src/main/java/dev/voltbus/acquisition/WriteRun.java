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
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// One write from order to result, as a state machine without a wire: each event returns the next
/// step.
///
/// A write is never repeated. Where the device refuses the function, which changes nothing, the
/// other function may be tried. When the answer is lost, reading back decides.
///
/// Words that were made with a scale factor mean another value once the device has another factor.
/// Then the register is read anew, and if it does not have the value, the words for the new factor
/// are written: once, and only if the answer to the first ones came.
final class WriteRun {
  /// How long reading back goes on when the answer to a write was lost: time for the device or its
  /// gateway to come back.
  static final Duration PATIENCE = Duration.ofSeconds(5);

  /// A connection that does not hold from the reads before a write to the write is no way to it.
  private static final int MOST_PREPARATIONS = 4;

  private static final int ACKNOWLEDGE = 5;
  private static final int NO_ANSWER_BEHIND_GATEWAY = 11;

  /// What to do next.
  sealed interface Step {
    /// Find out what the write needs, then tell [#prepared].
    ///
    /// @param withWords whether it needs the words the register has
    record Prepare(boolean withWords) implements Step {}

    /// Read the register back, then tell [#read] or [#unread].
    record Read() implements Step {}

    /// Send, then tell [#sent], [#unsent], [#withheld] or [#reconnected].
    ///
    /// @param connection number of the one connection it may go over, or [Stand#ANY]
    record Send(ModbusRequest.Write request, int connection) implements Step {}

    /// Wait, then tell [#rested].
    record Rest(Duration pause) implements Step {}

    /// Take a turn on the wire once more, then tell [#begin].
    record Again() implements Step {}

    /// There is a result.
    record Done(WriteResult result) implements Step {}
  }

  private enum State {
    NEW,
    PREPARING,
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
  private int preparations;
  private Preparation.@Nullable Ready ready;
  private @Nullable Words wanted;
  private @Nullable Reading seen;
  private @Nullable Words out;
  private @Nullable Words outBefore;
  private boolean counted;
  private long answeredAt;
  private LookWindow window = new LookWindow(0, Duration.ZERO);
  private String lost = "";
  private String trouble = "";

  /// What became of the first words where the scale factor changed; empty if it did not.
  private String changed = "";

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

  /// Whether it is read back or over: it needs no turn on the wire, unless it asks for it anew.
  boolean isSent() {
    return state == State.LOOKING || state == State.RESTING || state == State.DONE;
  }

  Step begin(long now) {
    expect(State.NEW);
    if (now >= order.deadlineNanos()) {
      return refuse("its deadline passed before its turn", now);
    }
    if (target.isBound() || order.skipsEqual()) {
      return prepare(now);
    }
    wanted = target.encode(order.value(), 0);
    return send(now);
  }

  private Step prepare(long now) {
    if (preparations == MOST_PREPARATIONS) {
      return refuse("no connection lasted from the reads before it to the write", now);
    }
    preparations++;
    state = State.PREPARING;
    boolean compared = order.skipsEqual() || !changed.isEmpty();
    return new Step.Prepare(compared || target.needsCurrent(ways.element()));
  }

  /// All was read that the write needs, or could not be.
  Step prepared(Preparation outcome, long now) {
    expect(State.PREPARING);
    return switch (outcome) {
      case Preparation.Ready found -> found(found, now);
      case Preparation.Impossible(String why) -> refuse(why, now);
      case Preparation.Unread(String why) ->
          fail("not written, reading it first failed: " + why, now);
      case Preparation.Reconnected() -> prepare(now);
    };
  }

  private Step found(Preparation.Ready found, long now) {
    ready = found;
    seen = found.reading();
    if (now >= order.deadlineNanos()) {
      return refuse("its deadline passed while it waited for " + target.awaited(), now);
    }
    try {
      return compared(words(found.reading().factor()), found.reading().words(), now);
    } catch (IllegalArgumentException e) {
      return refuse(String.valueOf(e.getMessage()), now);
    }
  }

  /// A limit whose end does not fit would never end.
  private Words words(long factor) {
    if (order.later() != null) {
      target.encode(order.later(), factor);
    }
    return target.encode(order.value(), factor);
  }

  private Step compared(Words wanting, @Nullable Words has, long now) {
    wanted = wanting;
    boolean equal = has != null && target.holds(has, wanting);
    if (equal && !changed.isEmpty()) {
      return done(Outcome.VERIFIED, changed + "; read again, it has the value", now);
    }
    return equal && order.skipsEqual() ? done(Outcome.SUPPRESSED, "", now) : send(now);
  }

  private Step send(long now) {
    WriteWay way = ways.element();
    @Nullable Words current = ready == null ? null : ready.reading().words();
    if (target.needsCurrent(way) && current == null) {
      return prepare(now);
    }
    if (!counted && !budget.take(order)) {
      return refuse(budget.story(target), now);
    }
    counted = true;
    state = State.SENDING;
    Words wanting = Objects.requireNonNull(wanted);
    Words words = current == null ? wanting : target.merge(wanting, current);
    outBefore = out;
    out = words;
    return new Step.Send(target.request(way, address(), words), connection());
  }

  private int address() {
    return ready == null ? target.wire().address() : ready.address();
  }

  private int connection() {
    return ready == null || !target.isBound() ? Stand.ANY : ready.connection();
  }

  /// The register was read back.
  Step read(Reading reading, long now) {
    expect(State.LOOKING);
    seen = reading;
    if (hasOurFactor(reading) && holds(reading, Objects.requireNonNull(wanted))) {
      return verified(now);
    }
    boolean may = changed.isEmpty() && lost.isEmpty() && now < order.deadlineNanos();
    return may && !hasOurFactor(reading) && target.isFactor(reading.factor())
        ? again(reading)
        : lookAgain(window.afterAnswer(now), now);
  }

  /// Whether the words read mean what they would have meant before they were written.
  private boolean hasOurFactor(Reading reading) {
    return reading.factor() == ourFactor();
  }

  private long ourFactor() {
    return ready == null ? 0 : ready.reading().factor();
  }

  private boolean holds(Reading reading, Words words) {
    Words has = reading.words();
    return has != null && target.holds(has, words);
  }

  /// Reads anew with the factor of now, and writes if need be.
  private Step again(Reading reading) {
    changed =
        "its scale factor changed from %d to %d while it was written"
            .formatted(ourFactor(), reading.factor());
    preparations = 0;
    counted = false;
    state = State.NEW;
    return new Step.Again();
  }

  private Step verified(long now) {
    String again = changed.isEmpty() ? "" : changed + "; written again with the new one";
    String but = lost.isEmpty() ? "" : lost + "; but it reads back equal";
    return done(Outcome.VERIFIED, join(again, but), now);
  }

  /// The register could not be read back.
  Step unread(String why, long now) {
    expect(State.LOOKING);
    trouble = why;
    return lookAgain(window.afterFailure(now), now);
  }

  private Step lookAgain(Duration pause, long now) {
    if (window.isOver(now)) {
      return undecided(now);
    }
    state = State.RESTING;
    return new Step.Rest(pause);
  }

  private Step undecided(long now) {
    Reading last = seen;
    if (last != null) {
      return notTaken(last, now);
    }
    return lost.isEmpty()
        ? done(Outcome.WRITTEN, "accepted, but reading back failed: " + trouble, now)
        : done(Outcome.UNKNOWN, lost + "; reading back failed: " + trouble, now);
  }

  private Step notTaken(Reading last, long now) {
    String has = target.describe(Objects.requireNonNull(last.words()), last.factor());
    String wanting = target.describe(Objects.requireNonNull(wanted), ourFactor());
    String place = target.wire().place();
    String before = join(changed, lost);
    if (hasOurFactor(last)) {
      return fail(join(before, place + " kept " + has + " instead of " + wanting), now);
    }
    // Our words with another meaning: whoever waits for the end of this write has to wait for it.
    boolean ours = !target.isFactor(last.factor()) || holds(last, Objects.requireNonNull(wanted));
    String story = join(before, place + " was sent " + wanting + " and has " + has + " now");
    return ours ? done(Outcome.UNKNOWN, story, now) : fail(story, now);
  }

  private static String join(String first, String second) {
    return first.isEmpty() || second.isEmpty() ? first + second : first + "; " + second;
  }

  Step rested(long now) {
    expect(State.RESTING);
    state = State.LOOKING;
    window.ask(now);
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

  private Step look(long now, Duration length) {
    state = State.LOOKING;
    seen = null;
    window = new LookWindow(now, length);
    return new Step.Read();
  }

  /// The write failed.
  Step unsent(ModbusException failure, long now, long wallMillis) {
    expect(State.SENDING);
    if (failure instanceof ModbusDeviceException refusal) {
      return refusedByDevice(refusal, now, wallMillis);
    }
    if (!failure.isSent()) {
      out = outBefore;
      return fail(failure.getMessage(), now);
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
    return fail(refusal.getMessage(), now);
  }

  /// The right to send was lost while the write waited for the wire.
  Step withheld(String why, long now) {
    expect(State.SENDING);
    out = outBefore;
    return refuse(why, now);
  }

  /// It was not sent, because the connection is not the one on which its place and its scale factor
  /// were read.
  Step reconnected(long now) {
    expect(State.SENDING);
    out = outBefore;
    return prepare(now);
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

  /// What was sent before has another meaning now, and nothing took its place.
  private Step refuse(String why, long now) {
    return changed.isEmpty()
        ? done(Outcome.REFUSED, "not sent: " + why, now)
        : done(Outcome.UNKNOWN, changed + "; not written again: " + why, now);
  }

  private Step fail(String why, long now) {
    return changed.isEmpty()
        ? done(Outcome.FAILED, why, now)
        : done(Outcome.UNKNOWN, why.startsWith(changed) ? why : changed + "; " + why, now);
  }

  private Step done(Outcome outcome, String reason, long now) {
    state = State.DONE;
    return new Step.Done(
        new WriteResult(
            order.id(),
            outcome,
            reason,
            list(out),
            list(seen == null ? null : seen.words()),
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
