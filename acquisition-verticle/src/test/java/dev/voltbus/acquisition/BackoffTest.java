package dev.voltbus.acquisition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final Duration LEAST = Duration.ofMillis(250);
  private static final Duration MOST = Duration.ofSeconds(5);
  private static final List<Integer> FULL = List.of(250, 500, 1000, 2000, 4000, 5000, 5000);

  /// Draws all lie just below 1, so the pauses are as long as they get.
  private static final RandomGenerator HIGHEST = () -> -1L;

  /// Draws are 0, so the pauses are as short as they get.
  private static final RandomGenerator LOWEST = () -> 0L;

  private static List<Long> pauses(Backoff backoff) {
    return Stream.generate(backoff::next)
        .limit(FULL.size())
        .map(BackoffTest::roundedMillis)
        .toList();
  }

  private static long roundedMillis(Duration pause) {
    return Math.round(pause.toNanos() / 1e6);
  }

  @Test
  void thePauseDoublesUpToTheLongest() {
    assertEquals(
        FULL.stream().map(Integer::longValue).toList(), pauses(new Backoff(LEAST, MOST, HIGHEST)));
  }

  @Test
  void jitterTakesAtMostAQuarterAway() {
    assertEquals(
        FULL.stream().map(full -> Math.round(full * 0.75)).toList(),
        pauses(new Backoff(LEAST, MOST, LOWEST)));
  }

  // A gateway that comes back must not find all its clients at the same moment.
  @Test
  void jitterOnlyShortens() {
    Backoff backoff = new Backoff(LEAST, MOST, RandomGenerator.getDefault());
    for (int full : FULL) {
      Duration pause = backoff.next();
      assertTrue(pause.compareTo(Duration.ofMillis(full)) <= 0, pause + " of " + full + " ms");
      assertTrue(
          pause.compareTo(Duration.ofMillis(full * 3L / 4)) >= 0, pause + " of " + full + " ms");
    }
  }

  @Test
  void aSuccessStartsAnew() {
    Backoff backoff = new Backoff(LEAST, MOST, HIGHEST);
    List<Long> first = pauses(backoff);
    backoff.reset();
    assertEquals(first, pauses(backoff));
  }

  @Test
  void aLinkThatIsAwayForYearsDoesNotOverflow() {
    Backoff backoff = new Backoff(LEAST, MOST, HIGHEST);
    Duration last = Stream.generate(backoff::next).limit(100_000).reduce(LEAST, (a, b) -> b);
    assertEquals(MOST.toMillis(), roundedMillis(last));
  }
}
