package dev.voltbus.modbus;

import java.util.concurrent.atomic.AtomicLong;

/// Counts what came and was no answer, for all connections of a client, and knows which requests
/// are still without one.
final class Ledger {
  /// How many requests back an answer still counts as late rather than foreign.
  private static final int REMEMBERED = 1000;

  private final AtomicLong late = new AtomicLong();
  private final AtomicLong foreign = new AtomicLong();
  private final AtomicLong resyncs = new AtomicLong();
  private final Pacer pacer;

  Ledger(Pacer pacer) {
    this.pacer = pacer;
  }

  void asked(int unit) {
    pacer.asked(unit);
  }

  /// A frame without transaction; it is late when its unit owes an answer to that function.
  ///
  /// @return whether it was
  boolean owed(int unit, int function) {
    boolean paid = pacer.paid(unit, function & 0x7F);
    if (paid) {
      late.incrementAndGet();
    }
    return paid;
  }

  /// A frame of another transaction: late when it belongs to one of our last requests.
  ///
  /// @return whether it was
  boolean late(int present, int its) {
    int back = present - its & 0xFFFF;
    boolean ours = back > 0 && back <= REMEMBERED;
    if (ours) {
      late.incrementAndGet();
    }
    return ours;
  }

  /// A frame that came while nothing was asked.
  void unasked(int unit, int function) {
    if (!owed(unit, function)) {
      foreign();
    }
  }

  /// A frame with a transaction, which is not that of a request still out: a late answer.
  void unasked() {
    late.incrementAndGet();
  }

  void foreign() {
    foreign.incrementAndGet();
  }

  void resync() {
    resyncs.incrementAndGet();
  }

  long lateCount() {
    return late.get();
  }

  long foreignCount() {
    return foreign.get();
  }

  long resyncCount() {
    return resyncs.get();
  }
}
