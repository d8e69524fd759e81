package dev.voltbus.command;

import dev.voltbus.contract.Bus;
import dev.voltbus.contract.Control.BatteryTarget;
import dev.voltbus.contract.Control.DeviceTimer;
import dev.voltbus.contract.Control.FixedWrite;
import dev.voltbus.contract.Control.LimitTarget;
import dev.voltbus.contract.Control.ValueRef;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.WriteRequest;
import dev.voltbus.contract.WriteRequest.Revert;
import dev.voltbus.contract.WriteResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Brings a battery's registers to what is wanted, and tries again until they are there. What is
/// wanted is a value, not a step: a newer one takes the place of the older at once.
///
/// A round may be cut off behind any of its writes, by the death of who carries it out. So the
/// device's own timer is armed before the limits that it is to end, and switched off only when they
/// have been written over. Each limit carries the value that the owner of the link goes back to by
/// itself; behind them comes what belongs to them.
final class TargetWriter {
  /// Why a round failed that nobody answered.
  static final String NO_OWNER = "no owner of the link answers";

  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int MOST_WAIT_MILLIS = 2_000;
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(9);
  private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// A request that was sent to an owner who is dead is answered by nobody, and the cluster may
  /// name the dead one for a while yet. The owner answers a repeated request from memory.
  private static final long ASKED_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final long NO_OWNER_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /// How much later than the limit the device's own timer may end before it is set anew.
  private static final long TOO_LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /// Of one round. A link on which a write takes seconds would have the timer set for ever.
  private static final int MOST_CORRECTIONS = 2;

  /// A change of a computed number, as a share, from which on it is written anew.
  private static final double DRIFT = 0.02;

  private final Bus bus;
  private final TimeSource time;
  private final LinkBook links;
  private final String site;
  private final BatteryTarget target;
  private final List<Direction> directions = new ArrayList<>();
  private final long token;
  private final Listener listener;
  private @Nullable Wanted wanted;
  private @Nullable List<Double> written;
  private @Nullable Round asked;
  private long askAgainNanos;
  private long round;
  private long ids;
  private boolean isUnderWay;
  private boolean isSettled;
  private long againNanos;
  private @Nullable Long rearmNanos;
  private @Nullable Long correctNanos;
  private int corrections;
  private String trouble = "not written yet";

  /// What the device is to have.
  ///
  /// @param limits in force
  /// @param limit the command's limit whose end the writes carry, or null
  /// @param source who wants it, for log and audit
  record Wanted(Amperes limits, @Nullable TimedLimit limit, String source) {}

  /// A direction of the current that has a register.
  private record Direction(
      LimitTarget target, TargetUnits units, ToDoubleFunction<Amperes> bound) {}

  /// Who is told how the writing goes.
  interface Listener {
    /// One write has an outcome.
    void wrote(WriteRequest request, WriteResult result);

    /// Everything that was wanted is in the device.
    ///
    /// @param isVerified whether it was also read back
    void settled(boolean isVerified);

    /// A round did not bring it there; another one follows.
    void failed(String reason);
  }

  /// What is under way. A write that is asked for again keeps its id and is told the time that is
  /// left then: whoever hears of it for the first time must not count from the beginning.
  ///
  /// @param numbers for the registers, in the order of `directions`
  /// @param base numbers that they go back to by themselves, or null without an end
  private record Round(
      Wanted wanted, List<Double> numbers, @Nullable List<Double> base, List<Ask> asks) {}

  /// A write of a round, in the order of `writes`.
  private record Ask(String id, Promise<WriteResult> answer) {}

  private record Write(ValueRef register, double value, @Nullable Double base) {}

  /// @param token fencing token of the control's owner
  TargetWriter(
      Bus bus,
      TimeSource time,
      LinkBook links,
      String site,
      BatteryTarget target,
      long token,
      Listener listener) {
    this.bus = bus;
    this.time = time;
    this.links = links;
    this.site = site;
    this.target = target;
    add(target.charge(), Amperes::charge);
    add(target.discharge(), Amperes::discharge);
    this.token = token;
    this.listener = listener;
  }

  private void add(@Nullable LimitTarget limit, ToDoubleFunction<Amperes> of) {
    if (limit != null) {
      directions.add(new Direction(limit, new TargetUnits(limit), of));
    }
  }

  /// Wants something else from now on.
  void want(Wanted fresh, double volts) {
    wanted = fresh;
    begin(volts);
  }

  /// Writes once more what is wanted: the device or the owner of its link may have forgotten.
  void writeAgain(double volts) {
    if (wanted != null) {
      begin(volts);
    }
  }

  /// Writes a register once, beside what is wanted.
  Future<WriteResult> once(FixedWrite write, String source) {
    Wanted nothing = new Wanted(Amperes.NONE, null, source);
    return send(nothing, new Write(write.register(), write.value(), null));
  }

  private Future<WriteResult> send(Wanted current, Write write) {
    WriteRequest request = request(nextId(), current, write, time.monotonicNanos());
    return bus.request(
            RequestAddress.writes(site, links.linkOf(request.device())), request, ANSWER_LIMIT)
        .onSuccess(result -> listener.wrote(request, result));
  }

  /// Whether the device has what is wanted, as far as can be told.
  boolean isSettled() {
    return isSettled;
  }

  /// Why it has not.
  String trouble() {
    return trouble;
  }

  /// To be called often: a round that failed is repeated, a timer that runs out is armed again, and
  /// a number that depends on a voltage follows it.
  void tick(double volts) {
    long nowNanos = time.monotonicNanos();
    @Nullable Wanted current = wanted;
    if (current == null) {
      return;
    }
    if (isUnderWay) {
      askAgain(nowNanos);
      return;
    }
    boolean isDue = isSettled ? isOver(rearmNanos, nowNanos) : nowNanos - againNanos >= 0;
    if (isDue || (isSettled && hasDrifted(current, volts))) {
      begin(volts);
    } else if (isSettled && isOver(correctNanos, nowNanos)) {
      correct(current, nowNanos);
    }
  }

  private static boolean isOver(@Nullable Long moment, long nowNanos) {
    return moment != null && nowNanos - moment >= 0;
  }

  private boolean hasDrifted(Wanted current, double volts) {
    @Nullable List<Double> last = written;
    @Nullable List<Double> now = numbers(current.limits, volts);
    return last != null
        && now != null
        && IntStream.range(0, now.size()).anyMatch(i -> isFar(last.get(i), now.get(i)));
  }

  private static boolean isFar(double before, double now) {
    return Math.abs(now - before) > DRIFT * before;
  }

  private @Nullable List<Double> numbers(Amperes limits, double volts) {
    List<Double> numbers = new ArrayList<>();
    for (Direction each : directions) {
      OptionalDouble number = each.units.number(each.bound.applyAsDouble(limits), volts);
      if (number.isEmpty()) {
        return null;
      }
      numbers.add(number.getAsDouble());
    }
    return numbers;
  }

  private void begin(double volts) {
    long nowNanos = time.monotonicNanos();
    long mine = ++round;
    isSettled = false;
    isUnderWay = false;
    @Nullable Wanted current = wanted;
    if (current == null) {
      return;
    }
    @Nullable List<Double> numbers = numbers(current.limits, volts);
    @Nullable List<Double> base =
        current.limit == null ? null : numbers(BatteryControl.Bounds.of(target).base(), volts);
    if (numbers == null || (current.limit != null && base == null)) {
      fail("the voltage is not known, and the register counts in W", AGAIN_NANOS);
      return;
    }
    written = numbers;
    isUnderWay = true;
    carryOut(mine, current, numbers, base, nowNanos);
  }

  private List<Write> writes(
      Wanted current, List<Double> numbers, @Nullable List<Double> base, long nowNanos) {
    List<Write> writes = new ArrayList<>();
    List<Write> timer = new ArrayList<>();
    @Nullable DeviceTimer own = target.timer();
    if (own != null) {
      timer.add(new Write(own.register(), seconds(current.limit, own, nowNanos), null));
    }
    if (current.limit != null) {
      writes.addAll(timer);
    }
    for (int i = 0; i < directions.size(); i++) {
      ValueRef register = directions.get(i).target.register();
      writes.add(new Write(register, numbers.get(i), base == null ? null : base.get(i)));
    }
    target.with().forEach(each -> writes.add(new Write(each.register(), each.value(), null)));
    if (current.limit == null) {
      writes.addAll(timer);
    }
    return writes;
  }

  /// Whole seconds, never less than what is left; 0 without an end.
  private static long seconds(@Nullable TimedLimit limit, DeviceTimer timer, long nowNanos) {
    if (limit == null) {
      return 0;
    }
    return Math.min(left(limit, nowNanos), timer.longest().toSeconds());
  }

  private static long left(TimedLimit limit, long nowNanos) {
    return Math.ceilDiv(limit.endNanos() - nowNanos, SECOND_NANOS);
  }

  /// The timer runs. One that runs out before the limit is set again in time. One that runs for
  /// longer, because the write took its time or what was left was not whole seconds, is corrected
  /// at the moment at which whole seconds are left.
  private void armed(TimedLimit limit, DeviceTimer timer, long seconds) {
    long nowNanos = time.monotonicNanos();
    long late = nowNanos + seconds * SECOND_NANOS - limit.endNanos();
    if (late < 0) {
      rearmNanos = nowNanos + timer.longest().toNanos() / 2;
    } else if (late > TOO_LATE_NANOS && seconds > 1 && corrections < MOST_CORRECTIONS) {
      correctNanos = limit.endNanos() - Math.min(left(limit, nowNanos), seconds - 1) * SECOND_NANOS;
    }
  }

  private void correct(Wanted current, long nowNanos) {
    corrections++;
    correctNanos = null;
    @Nullable TimedLimit limit = current.limit;
    @Nullable DeviceTimer own = target.timer();
    if (limit == null || own == null || limit.isOver(nowNanos)) {
      return;
    }
    long mine = round;
    long seconds = seconds(limit, own, nowNanos);
    var _ =
        send(current, new Write(own.register(), seconds, null))
            .onSuccess(result -> {
              if (mine == round && result.outcome().isSuccess()) {
                armed(limit, own, seconds);
              }
            });
  }

  private void carryOut(
      long mine, Wanted current, List<Double> numbers, @Nullable List<Double> base, long nowNanos) {
    List<Write> writes = writes(current, numbers, base, nowNanos);
    List<Ask> asks = writes.stream().map(write -> new Ask(nextId(), Promise.promise())).toList();
    @Nullable DeviceTimer own = target.timer();
    long timer = own == null ? 0 : seconds(current.limit, own, nowNanos);
    asked = new Round(current, numbers, base, asks);
    rearmNanos = null;
    correctNanos = null;
    corrections = 0;
    ask(current, writes, asks, nowNanos);
    List<Future<WriteResult>> results = asks.stream().map(each -> each.answer.future()).toList();
    Future.join(results)
        .onComplete(done -> {
          if (mine == round) {
            isUnderWay = false;
            judge(results);
            if (isSettled && own != null && current.limit != null) {
              armed(current.limit, own, timer);
            }
          }
        });
  }

  /// Asks for all that has no answer.
  private void ask(Wanted current, List<Write> writes, List<Ask> asks, long nowNanos) {
    askAgainNanos = nowNanos + ASKED_AGAIN_NANOS;
    for (int i = 0; i < writes.size(); i++) {
      Ask ask = asks.get(i);
      if (!ask.answer.future().isComplete()) {
        ask(request(ask.id, current, writes.get(i), nowNanos), ask.answer);
      }
    }
  }

  private void ask(WriteRequest request, Promise<WriteResult> answer) {
    String link = links.linkOf(request.device());
    bus.request(RequestAddress.writes(site, link), request, ANSWER_LIMIT)
        .onSuccess(result -> {
          if (answer.tryComplete(result)) {
            listener.wrote(request, result);
          }
        })
        .onFailure(answer::tryFail);
  }

  private void askAgain(long nowNanos) {
    @Nullable Round last = asked;
    if (last == null || nowNanos - askAgainNanos < 0) {
      return;
    }
    @Nullable TimedLimit limit = last.wanted.limit;
    if (limit == null || !limit.isOver(nowNanos)) {
      List<Write> writes = writes(last.wanted, last.numbers, last.base, nowNanos);
      ask(last.wanted, writes, last.asks, nowNanos);
    }
  }

  private String nextId() {
    return "control-" + token + "-" + target.battery() + "-" + ++ids;
  }

  private WriteRequest request(String id, Wanted current, Write write, long nowNanos) {
    @Nullable TimedLimit limit = current.limit;
    int left =
        limit == null
            ? Integer.MAX_VALUE
            : (int) TimeUnit.NANOSECONDS.toMillis(limit.endNanos() - nowNanos + 999_999);
    return new WriteRequest(
        id,
        site,
        write.register.device(),
        write.register.key(),
        write.value,
        links.deadline(
            links.linkOf(write.register.device()), Math.min(MOST_WAIT_MILLIS, left), nowNanos),
        token,
        current.source,
        write.base == null ? null : new Revert(left, write.base));
  }

  private void judge(List<Future<WriteResult>> results) {
    boolean isVerified = true;
    for (Future<WriteResult> future : results) {
      if (future.failed()) {
        fail(NO_OWNER, NO_OWNER_NANOS);
        return;
      }
      WriteResult result = future.result();
      if (!result.outcome().isSuccess()) {
        fail(result.outcome() + ": " + result.reason(), AGAIN_NANOS);
        return;
      }
      isVerified &= result.outcome() != WriteResult.Outcome.WRITTEN;
    }
    isSettled = true;
    trouble = "";
    listener.settled(isVerified);
  }

  private void fail(String reason, long pauseNanos) {
    trouble = reason;
    againNanos = time.monotonicNanos() + pauseNanos;
    listener.failed(reason);
  }
}
