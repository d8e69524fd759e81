package dev.voltbus.acquisition;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.WriteResult;
import dev.voltbus.modbus.ModbusDeviceException;
import dev.voltbus.modbus.ModbusException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The writes of one link session on the wire: one behind the other until each is sent, then
/// several may be read back at a time. While one is under way no new poll request begins, so a
/// write waits for at most the one that is out.
final class WriteLane {
  private static final Logger LOG = LoggerFactory.getLogger(WriteLane.class);
  private static final int MOST_WAITING = 64;

  /// What is read before or after a write may be a walk along all models of a device.
  private static final int MOST_READS = 20;

  /// The most that the client takes.
  private static final Duration LONGEST_LIMIT = Duration.ofMinutes(10);

  private static final String ENDED = "the link changed hands";
  private static final String NO_OUTCOME = "its outcome never came; the Modbus client was replaced";

  private final Line line;
  private final WriteReads reads;
  private final Lease lease;
  private final TimeSource time;
  private final Agenda agenda;
  private final WearBudget budget;
  private final Duration timeoutOfLink;
  private Duration longestTimeout;
  private final Runnable whenFree;
  private final ReadBacks readBacks = new ReadBacks();
  private final Deque<Job> waiting = new ArrayDeque<>();
  private final List<Job> settling = new ArrayList<>();

  /// Those of them that are to be read back next.
  private final Map<WriteTarget, Job> toRead = new HashMap<>();

  /// When to give up jobs whose request has no outcome yet.
  private final Map<Job, Long> asked = new HashMap<>();

  private @Nullable Job active;
  private boolean ended;

  private record Job(WriteRun run, Promise<WriteResult> result) {
    WriteTarget target() {
      return run.order().target();
    }

    boolean isOpen() {
      return !result.future().isComplete();
    }
  }

  /// @param timeout limit for the answer of a unit that has none of its own
  /// @param whenFree called when polls may use the wire again
  WriteLane(
      Line line,
      WriteReads reads,
      Lease lease,
      TimeSource time,
      Agenda agenda,
      WearBudget budget,
      Duration timeout,
      Runnable whenFree) {
    this.line = line;
    this.reads = reads;
    this.lease = lease;
    this.time = time;
    this.agenda = agenda;
    this.budget = budget;
    this.timeoutOfLink = timeout;
    this.longestTimeout = timeout;
    this.whenFree = whenFree;
  }

  /// Takes up a device behind the link.
  void add(Device device) {
    Duration own = device.options().timeoutOr(timeoutOfLink);
    longestTimeout = own.compareTo(longestTimeout) > 0 ? own : longestTimeout;
  }

  ReadBacks readBacks() {
    return readBacks;
  }

  /// Whether a write is waiting or between its first request and the answer to its last: polls have
  /// to wait.
  boolean isBusy() {
    return active != null || !waiting.isEmpty();
  }

  /// Carries out an order; the future never fails.
  Future<WriteResult> carryOut(WriteOrder order) {
    if (ended || waiting.size() == MOST_WAITING) {
      String why = ended ? ENDED : MOST_WAITING + " writes wait for this link already";
      return Future.succeededFuture(WriteResult.refused(order.id(), "not sent: " + why));
    }
    overtake(order);
    Job job = new Job(new WriteRun(order, budget, now()), Promise.promise());
    waiting.add(job);
    begin();
    return job.result.future();
  }

  /// What is still being read back of the same register has lost its question.
  private void overtake(WriteOrder newer) {
    for (Job job : List.copyOf(settling)) {
      if (job.target() == newer.target()) {
        perform(job, after(job, () -> job.run.overtaken(newer.id(), now())));
      }
    }
  }

  private void begin() {
    while (active == null && !waiting.isEmpty()) {
      Job next = waiting.remove();
      overtake(next.run.order());
      active = next;
      perform(next, after(next, () -> next.run.begin(now())));
    }
  }

  private void perform(Job job, WriteRun.Step step) {
    try {
      switch (step) {
        case WriteRun.Step.Prepare(boolean withWords) -> prepare(job, withWords);
        case WriteRun.Step.Read() -> toRead.put(job.target(), job);
        case WriteRun.Step.Send send -> send(job, send);
        case WriteRun.Step.Rest(Duration pause) ->
            agenda.at(now() + pause.toNanos(), this, () -> goOn(job));
        case WriteRun.Step.Again() -> takeAgain(job);
        case WriteRun.Step.Done(WriteResult result) -> finish(job, result);
      }
    } finally {
      leaveWire(job);
    }
  }

  /// Once it is sent the next one may begin, and the polls after that and its reading back.
  private void leaveWire(Job job) {
    boolean leaves = job.equals(active) && job.run.isSent();
    if (leaves) {
      active = null;
      if (job.isOpen()) {
        settling.add(job);
      }
      begin();
    }
    if (!isNeighbourNext()) {
      readAll();
    }
    if (leaves && !isBusy() && !ended) {
      whenFree.run();
    }
  }

  /// On the wire a write overtakes reads anyhow, so reading back waits for the write to a
  /// neighbour: then one request brings both.
  private boolean isNeighbourNext() {
    return isNeighbour(active) || isNeighbour(waiting.peek());
  }

  private boolean isNeighbour(@Nullable Job next) {
    return next != null
        && toRead.keySet().stream()
            .anyMatch(target -> Neighbours.areSideBySide(target, next.target()));
  }

  private void goOn(Job job) {
    if (settling.contains(job)) {
      perform(job, after(job, () -> job.run.rested(now())));
    }
  }

  /// A second turn on the wire, before those who have had none. A newer write to the same register
  /// would have overtaken it.
  private void takeAgain(Job job) {
    settling.remove(job);
    waiting.addFirst(job);
    begin();
  }

  private void prepare(Job job, boolean withWords) {
    ask(job, MOST_READS);
    WritePermit permit =
        new WritePermit(lease, time, job.run.order().deadlineNanos(), job.target().awaited());
    reads
        .prepare(job.target(), withWords, limit(job), permit)
        .onSuccess(ready -> answered(job, () -> job.run.prepared(ready, now())))
        .onFailure(fault -> answered(job, () -> job.run.abandoned(story(fault), now())));
  }

  private void readAll() {
    toRead.values().removeIf(job -> !job.isOpen());
    Map<WriteTarget, Job> jobs = Map.copyOf(toRead);
    toRead.clear();
    Neighbours.of(jobs.keySet()).forEach(group -> read(group.stream().map(jobs::get).toList()));
  }

  private void read(List<Job> group) {
    long started = now();
    List<WriteTarget> targets = group.stream().map(Job::target).toList();
    group.forEach(job -> ask(job, MOST_READS));
    reads
        .readBack(targets, limit(group.getFirst()))
        .onSuccess(readings -> {
          for (int i = 0; i < group.size(); i++) {
            Job job = group.get(i);
            Reading reading = readings.get(i);
            readBacks.note(job.target(), reading, started);
            answered(job, () -> job.run.read(reading, now()));
          }
        })
        .onFailure(failure -> {
          if (reads.parts(targets, failure)) {
            group.forEach(job -> read(List.of(job)));
          } else {
            group.forEach(job -> answered(job, () -> job.run.unread(story(failure), now())));
          }
        });
  }

  private void ask(Job job, int requests) {
    asked.put(job, now() + line.patience(limit(job)).multipliedBy(requests).toNanos());
  }

  /// Gives up requests whose outcome is overdue, and the client with them: nobody knows what became
  /// of such a write, and the lane must not stay closed. To be called now and then.
  void lookAfter() {
    long now = now();
    List<Job> overdue = new ArrayList<>();
    asked.forEach((job, giveUp) -> {
      if (giveUp <= now) {
        overdue.add(job);
      }
    });
    if (!overdue.isEmpty()) {
      line.renew("write " + overdue.getFirst().run.order().id());
      overdue.forEach(job -> answered(job, () -> job.run.abandoned(NO_OUTCOME, now)));
    }
  }

  private void send(Job job, WriteRun.Step.Send send) {
    ask(job, 1);
    WritePermit permit =
        new WritePermit(
            lease,
            time,
            job.run.order().deadlineNanos(),
            "the wire",
            send.connection() == Stand.ANY ? () -> true : line.stillOn(send.connection()));
    line.client()
        .write(send.request(), limit(job), permit)
        .onSuccess(sent -> answered(job, () -> job.run.sent(now(), time.wallMillis())))
        .onFailure(failure -> answered(job, () -> unsent(job, permit, failure)));
  }

  private WriteRun.Step unsent(Job job, WritePermit permit, Throwable failure) {
    @Nullable String withheld = permit.refusal();
    if (withheld != null) {
      return job.run.withheld(withheld, now());
    }
    if (permit.isReconnected()) {
      return job.run.reconnected(now());
    }
    if (!(failure instanceof ModbusDeviceException)) {
      reads.doubt(job.target().device());
    }
    return failure instanceof ModbusException known
        ? job.run.unsent(known, now(), time.wallMillis())
        : job.run.abandoned(story(failure), now());
  }

  /// A request waits for the one that is out, of whatever unit, before it is sent itself.
  private Duration limit(Job job) {
    Duration both = job.target().device().options().timeoutOr(timeoutOfLink).plus(longestTimeout);
    return both.compareTo(LONGEST_LIMIT) > 0 ? LONGEST_LIMIT : both;
  }

  /// The answer to a request of a job; one that is over has none to get.
  private void answered(Job job, Supplier<WriteRun.Step> event) {
    asked.remove(job);
    if (job.isOpen()) {
      WriteRun.Step step = after(job, event);
      boolean over = step instanceof WriteRun.Step.Done;
      perform(job, ended && !over ? job.run.abandoned(ENDED, now()) : step);
    }
  }

  /// A fault of ours must not leave the lane closed for ever.
  private WriteRun.Step after(Job job, Supplier<WriteRun.Step> event) {
    try {
      return event.get();
    } catch (RuntimeException e) {
      LOG.error("write {} ended by a fault of voltbus", job.run.order().id(), e);
      return job.run.abandoned("fault of voltbus: " + e, now());
    }
  }

  private void finish(Job job, WriteResult result) {
    settling.remove(job);
    job.result.complete(result);
  }

  /// Sends nothing more. What is on the wire may still be answered.
  void end() {
    ended = true;
    agenda.drop(this);
    List<Job> open = new ArrayList<>(settling);
    open.addAll(waiting);
    waiting.clear();
    open.forEach(job -> perform(job, job.run.abandoned(ENDED, now())));
  }

  private long now() {
    return time.monotonicNanos();
  }

  private static String story(Throwable failure) {
    return String.valueOf(failure.getMessage());
  }
}
