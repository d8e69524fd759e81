package dev.voltbus.acquisition;

import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.RegisterBlock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One poll of one group: what is still to be asked, and what came so far.
///
/// A refused request is searched at once for what the device refuses, so that a bad register costs
/// itself and nothing else. A missing answer ends the cycle, so that a silent unit costs its
/// neighbours one time limit and no more.
final class PollRun {
  private final Deque<ReadPlan.Request> open;
  private final Set<Place> probed = new HashSet<>();
  private final boolean maySearch;
  private final Answers answers = new Answers();
  private final List<Bisection.Finding> findings = new ArrayList<>();
  private final List<Place> released = new ArrayList<>();
  private @Nullable Bisection search;
  private int retriesLeft;
  private boolean begun;
  private boolean heard;
  private boolean troubled;
  private QualityReason ending = QualityReason.NONE;
  private ReadPlan.@Nullable Request unanswered;

  /// @param requests in the order in which they are to be asked
  /// @param retries how often an unanswered request is asked again
  /// @param maySearch whether a refused request may be cut to find what is refused
  PollRun(List<ReadPlan.Request> requests, int retries, boolean maySearch) {
    this.open = new ArrayDeque<>(requests);
    this.retriesLeft = retries;
    this.maySearch = maySearch;
  }

  /// Adds a quarantined register that is asked again.
  void probe(Item item) {
    open.add(ReadPlan.Request.of(List.of(item), "asked again though it was refused"));
    probed.add(item.place());
  }

  /// Adds a register that is not asked.
  void leave(Item item, String story) {
    answers.fail(item.place(), QualityReason.REFUSED, story);
  }

  boolean isDone() {
    return open.isEmpty() && search == null;
  }

  /// Its first request goes out.
  void begin() {
    begun = true;
  }

  /// Whether any of it was asked.
  boolean isBegun() {
    return begun;
  }

  /// What to ask next.
  ReadPlan.Request next() {
    return search == null ? open.element() : search.next();
  }

  /// Takes in what became of the request that was next.
  ///
  /// @param startedNanos when it was handed to the wire
  /// @param mayRetry whether the unit can afford to be asked once more
  void take(Outcome outcome, long startedNanos, long now, boolean mayRetry) {
    ReadPlan.Request asked = next();
    heard |= outcome.isAnswer();
    switch (outcome) {
      case Outcome.Read(RegisterBlock block) ->
          read(asked, new TimedBlock(block, startedNanos), now);
      case Outcome.Refused refused -> refused(asked, refused);
      case Outcome.Missing missing -> leaveOut(asked, missing);
      case Outcome.Busy _, Outcome.Unconnected _ -> breakOff(outcome, asked);
      case Outcome.Silent _ -> {
        if (mayRetry && retriesLeft > 0) {
          retriesLeft--;
        } else {
          breakOff(outcome, asked);
        }
      }
    }
  }

  private void read(ReadPlan.Request asked, TimedBlock block, long now) {
    answers.add(asked, block, now);
    if (search != null) {
      goOn(search.accept(), "");
    } else {
      open.remove();
      if (probed.contains(asked.place())) {
        released.add(asked.place());
      }
    }
  }

  private void leaveOut(ReadPlan.Request asked, Outcome.Missing missing) {
    answers.fail(asked.place(), missing.reason(), missing.story());
    if (search != null) {
      goOn(search.refuse(0, missing.story()), missing.story());
    } else {
      open.remove();
    }
  }

  private void refused(ReadPlan.Request asked, Outcome.Refused refusal) {
    if (search != null) {
      goOn(search.refuse(refusal.code(), refusal.story()), refusal.story());
      return;
    }
    open.remove();
    if (!refusal.mayBePartial() || (!maySearch && !Bisection.cut(asked).isEmpty())) {
      answers.fail(asked.place(), QualityReason.REFUSED, refusal.story());
      return;
    }
    goOn(Bisection.of(asked, refusal.code(), refusal.story(), answers.anyRead()), refusal.story());
  }

  /// @param story the last refusal
  private void goOn(Bisection next, String story) {
    search = next;
    if (!next.isDone()) {
      return;
    }
    search = null;
    Bisection.Finding finding = next.finding();
    findings.add(finding);
    if (finding instanceof Bisection.Finding.Everything && next.root().items().size() > 1) {
      answers.fail(next.root().place(), QualityReason.REFUSED, story);
      return;
    }
    next.bad().forEach(bad -> answers.fail(bad.item().place(), QualityReason.REFUSED, told(bad)));
    next.open()
        .forEach(rest -> answers.fail(rest.place(), QualityReason.REFUSED, "to be asked alone"));
  }

  private static String told(Bisection.Bad bad) {
    return bad.item().text() + " is left out: " + bad.story();
  }

  private void breakOff(Outcome outcome, ReadPlan.Request asked) {
    troubled = !(outcome instanceof Outcome.Unconnected);
    unanswered = asked;
    giveUp(outcome.reason(), outcome.story());
  }

  /// Fails all that was not read yet.
  void giveUp(QualityReason reason, String story) {
    ending = reason;
    if (search != null) {
      search.bad().forEach(bad -> answers.fail(bad.item().place(), reason, bad.story()));
      search.open().forEach(rest -> answers.fail(rest.place(), reason, story));
      search = null;
    }
    while (!open.isEmpty()) {
      answers.fail(open.remove().place(), reason, story);
    }
  }

  /// Whether the unit was heard at all.
  boolean isHeard() {
    return heard;
  }

  /// Whether some request was not answered in time or found the unit busy.
  boolean isTroubled() {
    return troubled;
  }

  /// Why it broke off; `NONE` if it did not.
  QualityReason ending() {
    return ending;
  }

  /// The request that ended it for want of an answer, or null if none did.
  ReadPlan.@Nullable Request unanswered() {
    return unanswered;
  }

  Answers answers() {
    return answers;
  }

  /// What was found out about what the device refuses. A refused register counts only if the device
  /// gave others: one that refuses everything, such as while it starts, is not judged.
  List<Bisection.Finding> findings() {
    return findings.stream()
        .filter(found -> answers.anyRead() || found instanceof Bisection.Finding.Everything)
        .toList();
  }

  /// Quarantined registers that have answered.
  List<Place> released() {
    return released;
  }
}
