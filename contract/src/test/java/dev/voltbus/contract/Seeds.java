package dev.voltbus.contract;

import java.util.Random;

/// Random numbers of tests. The seed is printed; `-Dvoltbus.test.seed=N` repeats a run.
final class Seeds {
  private Seeds() {}

  static Random random(String purpose) {
    long seed = Long.getLong("voltbus.test.seed", System.nanoTime());
    System.out.println(purpose + ": -Dvoltbus.test.seed=" + seed);
    return new Random(seed);
  }
}
