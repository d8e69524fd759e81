package dev.voltbus.acquisition;

import java.util.concurrent.TimeUnit;

/// A register that the device refuses, left out until it is tried again.
///
/// @param item what is left out
/// @param story the refusal, for people
/// @param refusals how often it was refused in a row
/// @param probeAtNanos when it is asked again
record Quarantine(Item item, String story, int refusals, long probeAtNanos) {

  /// `voltage (holding 304) is left out ...; asked again in 64 s`.
  String text(long now) {
    long seconds = Math.max(0, TimeUnit.NANOSECONDS.toSeconds(probeAtNanos - now));
    return "%s is left out: %s; asked again in %d s".formatted(item.text(), story, seconds);
  }
}
