package dev.voltbus.contract;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What every verticle gets from the process it runs in.
///
/// @param bus the event bus
/// @param leases competition for shards
/// @param time clock
/// @param metrics figures for operators
/// @param health state of parts for operators
/// @param state existing folder for what must outlive the process; null keeps nothing
public record Wiring(
    Bus bus, Leases leases, TimeSource time, Metrics metrics, Health health, @Nullable Path state) {

  /// A process that keeps nothing.
  public Wiring(Bus bus, Leases leases, TimeSource time, Metrics metrics, Health health) {
    this(bus, leases, time, metrics, health, null);
  }
}
