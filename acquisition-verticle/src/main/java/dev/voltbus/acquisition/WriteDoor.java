package dev.voltbus.acquisition;

import dev.voltbus.contract.Lease;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.WriteRequest;
import dev.voltbus.contract.WriteResult;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Where write requests come in: judges them, answers repeated ones from memory, and ends by itself
/// what is meant to end.
final class WriteDoor {
  private static final int MOST_REMEMBERED = 256;
  private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final String site;
  private final Lease lease;
  private final TimeSource time;
  private final Agenda agenda;
  private final WriteLane lane;
  private final WearBudget budget;
  private final KeepAlives keepAlives;
  private final WriteWatch watch;
  private final Consumer<WriteTarget> written;
  private final Map<String, Map<String, WriteTarget>> targets = new HashMap<>();
  private final Map<WriteTarget, End> ends = new HashMap<>();
  private final Map<String, Future<WriteResult>> remembered =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Future<WriteResult>> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };
  private long token;

  /// What a register becomes again, and when.
  private record End(WriteOrder order, long atNanos) {}

  /// @param written called after each write that may have changed a register
  WriteDoor(
      String site,
      Lease lease,
      TimeSource time,
      Agenda agenda,
      WriteLane lane,
      WearBudget budget,
      KeepAlives keepAlives,
      WriteWatch watch,
      Consumer<WriteTarget> written) {
    this.site = site;
    this.lease = lease;
    this.time = time;
    this.agenda = agenda;
    this.lane = lane;
    this.budget = budget;
    this.keepAlives = keepAlives;
    this.watch = watch;
    this.written = written;
  }

  void add(Map<String, WriteTarget> ofDevice, String device) {
    targets.put(device, ofDevice);
  }

  /// Refuses lower tokens from now on.
  ///
  /// @param highestToken the highest one that a sender is known to have had
  void begin(long highestToken) {
    token = Math.max(token, highestToken);
  }

  /// Answers when the outcome is known. A request that is repeated gets the answer of the first.
  Future<WriteResult> take(WriteRequest request) {
    Future<WriteResult> known = remembered.get(request.id());
    if (known != null) {
      return known;
    }
    Future<WriteResult> result = carryOut(request);
    remembered.put(request.id(), result);
    return result;
  }

  private Future<WriteResult> carryOut(WriteRequest request) {
    try {
      return write(judge(request));
    } catch (IllegalArgumentException e) {
      WriteResult refused =
          WriteResult.refused(request.id(), "not sent: " + String.valueOf(e.getMessage()));
      watch.refused(request.device(), request.key(), refused, request.source());
      return Future.succeededFuture(refused);
    }
  }

  /// A request that may be carried out.
  private record Admitted(WriteOrder order, @Nullable End end) {}

  /// @throws IllegalArgumentException saying why the request is refused
  private Admitted judge(WriteRequest request) {
    refuseIf(!request.site().equals(site), "this is site " + site + ", not " + request.site());
    refuseIf(request.id().isEmpty(), "it has no id");
    refuseIf(
        request.token() <= 0 || request.token() < token,
        "token " + request.token() + " of its sender is older than " + token);
    token = request.token();
    WriteTarget target = target(request);
    long deadline = deadline(request.deadline());
    refuseIf(time.monotonicNanos() >= deadline, "its deadline has passed");
    target.check(request.value());
    WriteRequest.Revert revert = request.revert();
    WriteOrder order =
        new WriteOrder(
            request.id(),
            request.source(),
            target,
            request.value(),
            revert == null ? null : revert.value(),
            deadline,
            WriteOrder.Purpose.REQUEST);
    return new Admitted(order, end(request, target));
  }

  private static void refuseIf(boolean refused, String why) {
    if (refused) {
      throw new IllegalArgumentException(why);
    }
  }

  private WriteTarget target(WriteRequest request) {
    Map<String, WriteTarget> ofDevice = targets.get(request.device());
    if (ofDevice == null) {
      throw new IllegalArgumentException("this link has no device " + request.device());
    }
    WriteTarget target = ofDevice.get(request.key());
    if (target == null) {
      throw new IllegalArgumentException(
          "device " + request.device() + " has no writable register " + request.key());
    }
    return target;
  }

  /// The earlier of the time left and, where the sender knew it, the time of our own clock.
  private long deadline(WriteRequest.Deadline deadline) {
    long counted =
        time.monotonicNanos() + TimeUnit.MILLISECONDS.toNanos(deadline.remainingMillis());
    if (deadline.linkToken() == 0) {
      return counted;
    }
    refuseIf(
        deadline.linkToken() != lease.token(), "its deadline is by the clock of a former owner");
    return Math.min(counted, TimeUnit.MILLISECONDS.toNanos(deadline.linkMillis()));
  }

  /// Never early: what the sender knows of our clock is as old as the news of it took, so the time
  /// left counts from the arrival. Late by no more than the request's deadline: one that the
  /// network held back for longer was refused.
  private @Nullable End end(WriteRequest request, WriteTarget target) {
    WriteRequest.Revert revert = request.revert();
    if (revert == null) {
      return null;
    }
    target.check(revert.value());
    WriteOrder order =
        new WriteOrder(
            request.id() + "/revert",
            request.source(),
            target,
            revert.value(),
            null,
            Long.MAX_VALUE,
            WriteOrder.Purpose.REVERT);
    long left = TimeUnit.MILLISECONDS.toNanos(revert.afterMillis());
    return new End(order, time.monotonicNanos() + left);
  }

  private Future<WriteResult> write(Admitted admitted) {
    return lane.carryOut(admitted.order).onSuccess(result -> over(admitted, result));
  }

  private void over(Admitted admitted, WriteResult result) {
    WriteTarget target = admitted.order.target();
    watch.finished(admitted.order, result, budget.left(target));
    boolean success = result.outcome().isSuccess();
    if (success || result.outcome() == WriteResult.Outcome.UNKNOWN) {
      appoint(target, admitted.end, success);
    }
    if (success) {
      keepAlives.written(target, admitted.order.value());
    }
    if (!result.written().isEmpty()) {
      written.accept(target);
    }
  }

  /// The end of this write takes the place of the one before. While nobody knows whether it was
  /// written, an earlier end stays unless there is a new one.
  private void appoint(WriteTarget target, @Nullable End end, boolean replaces) {
    if (end != null) {
      ends.put(target, end);
      agenda.at(end.atNanos, end, () -> endNow(target, end));
    } else if (replaces) {
      ends.remove(target);
    }
  }

  private void endNow(WriteTarget target, End end) {
    if (end.equals(ends.get(target))) {
      keepAlives.over(target);
      lane.carryOut(end.order).onComplete(done -> ended(target, end, done.result()));
    }
  }

  /// An end is a value, not a step, so it is written until the device has it.
  private void ended(WriteTarget target, End end, WriteResult result) {
    watch.finished(end.order, result, budget.left(target));
    if (!result.written().isEmpty()) {
      written.accept(target);
    }
    if (!end.equals(ends.get(target))) {
      return;
    }
    if (result.outcome().isSuccess()) {
      ends.remove(target);
    } else if (lease.isValid()) {
      agenda.at(time.monotonicNanos() + AGAIN_NANOS, end, () -> endNow(target, end));
    }
  }

  /// Forgets the ends that have not come; whoever sent the writes sends their ends to the next
  /// owner.
  void end() {
    long now = time.monotonicNanos();
    ends.forEach((target, end) -> {
      agenda.drop(end);
      watch.leftOver(end.order, TimeUnit.NANOSECONDS.toSeconds(end.atNanos - now));
    });
    ends.clear();
  }
}
