package dev.voltbus.acquisition;

import dev.voltbus.contract.Device;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What was learned about reading a unit, as a value: how large a block and a gap it takes, what it
/// refuses. Each finding is doubted again after a pause that grows, as firmware changes.
///
/// @param configured the rules of device and site file
/// @param block most words it has been found to give, at most the configured ones
/// @param gap most unused words it bridges, at most the configured ones
/// @param worthwhile most unused words that are quicker than a request of their own
/// @param apart value and scale factor that it does not give together
/// @param quarantined what it refuses, by place
/// @param lowered how often block or gap was lowered
/// @param restoreAtNanos when block, gap and apart are tried again; `NEVER` while nothing was
///   learned
/// @param searchAtNanos earliest time for the next bisection after one that found nothing good
/// @param searches how many such bisections there were in a row
record PlanState(
    PlanRules configured,
    int block,
    int gap,
    int worthwhile,
    Set<Place> apart,
    Map<Place, Quarantine> quarantined,
    int lowered,
    long restoreAtNanos,
    long searchAtNanos,
    int searches) {
  static final long NEVER = Long.MAX_VALUE;
  private static final Duration LEAST_RESTORE = Duration.ofMinutes(10);
  private static final Duration MOST_RESTORE = Duration.ofHours(24);
  private static final Duration MOST_PROBE = Duration.ofMinutes(10);
  private static final Duration MOST_SEARCH = Duration.ofMinutes(1);

  PlanState {
    apart = Set.copyOf(apart);
    quarantined = Map.copyOf(quarantined);
  }

  static PlanState of(Device device) {
    PlanRules rules = PlanRules.of(device);
    return new PlanState(
        rules,
        rules.largestBlock(),
        rules.largestGap(),
        rules.largestGap(),
        Set.of(),
        Map.of(),
        0,
        NEVER,
        Long.MIN_VALUE,
        0);
  }

  /// What a plan has to obey now.
  PlanRules rules() {
    return configured
        .withLimits(block, Math.min(gap, worthwhile))
        .withApart(apart)
        .withBarred(quarantined.keySet());
  }

  boolean maySearch(long now) {
    return now >= searchAtNanos;
  }

  /// @param period poll period of the group in which it was found
  /// @param jitter 0..1
  PlanState learn(Bisection.Finding finding, long now, Duration period, double jitter) {
    return switch (finding) {
      case Bisection.Finding.Gap(int words) -> lower(block, words / 2, apart, now, jitter);
      case Bisection.Finding.Block(int words) ->
          lower(Math.min(block, words), gap, apart, now, jitter);
      case Bisection.Finding.Apart(Place both) -> {
        Set<Place> more = new HashSet<>(apart);
        more.add(both);
        yield lower(block, gap, more, now, jitter);
      }
      case Bisection.Finding.Refused(List<Bisection.Bad> registers) ->
          quarantine(registers, now, period, jitter);
      case Bisection.Finding.Everything() -> postponed(now, period, jitter);
    };
  }

  private PlanState lower(int block, int gap, Set<Place> apart, long now, double jitter) {
    long restoreAt = now + Backoff.pause(LEAST_RESTORE, MOST_RESTORE, lowered, jitter).toNanos();
    return new PlanState(
        configured,
        block,
        Math.min(this.gap, gap),
        worthwhile,
        apart,
        quarantined,
        lowered + 1,
        restoreAt,
        searchAtNanos,
        0);
  }

  private PlanState quarantine(
      Collection<Bisection.Bad> registers, long now, Duration period, double jitter) {
    Map<Place, Quarantine> more = new HashMap<>(quarantined);
    for (Bisection.Bad bad : registers) {
      @Nullable Quarantine before = more.get(bad.item().place());
      int refusals = before == null ? 0 : before.refusals() + 1;
      long probeAt = now + Backoff.pause(period, MOST_PROBE, refusals, jitter).toNanos();
      more.put(bad.item().place(), new Quarantine(bad.item(), bad.story(), refusals, probeAt));
    }
    return withQuarantined(more);
  }

  private PlanState postponed(long now, Duration period, double jitter) {
    long searchAt = now + Backoff.pause(period, MOST_SEARCH, searches, jitter).toNanos();
    return new PlanState(
        configured,
        block,
        gap,
        worthwhile,
        apart,
        quarantined,
        lowered,
        restoreAtNanos,
        searchAt,
        searches + 1);
  }

  /// A quarantined register has answered: it is back, and the others are worth a try now.
  PlanState release(Place place, long now) {
    Map<Place, Quarantine> rest = new HashMap<>();
    quarantined.forEach((other, kept) -> {
      if (!other.equals(place)) {
        rest.put(other, new Quarantine(kept.item(), kept.story(), kept.refusals(), now));
      }
    });
    return withQuarantined(rest);
  }

  private PlanState withQuarantined(Map<Place, Quarantine> other) {
    return new PlanState(
        configured,
        block,
        gap,
        worthwhile,
        apart,
        other,
        lowered,
        restoreAtNanos,
        searchAtNanos,
        0);
  }

  /// Doubts what was learned about block and gap once its time is over, and takes in what answers
  /// take.
  PlanState at(long now, RoundTrips trips) {
    int useful = trips.worthwhileGap(configured.largestGap());
    boolean other = Math.abs(useful - worthwhile) > Math.max(2, worthwhile / 4);
    if (now < restoreAtNanos && !other) {
      return this;
    }
    boolean restored = now >= restoreAtNanos;
    return new PlanState(
        configured,
        restored ? configured.largestBlock() : block,
        restored ? configured.largestGap() : gap,
        other ? useful : worthwhile,
        restored ? Set.of() : apart,
        quarantined,
        lowered,
        restored ? NEVER : restoreAtNanos,
        searchAtNanos,
        searches);
  }
}
