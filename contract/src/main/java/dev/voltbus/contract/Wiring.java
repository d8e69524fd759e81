package dev.voltbus.contract;

/// What every verticle gets from the process it runs in.
///
/// @param bus the event bus
/// @param leases competition for shards
/// @param time clock
/// @param metrics figures for operators
/// @param health state of parts for operators
public record Wiring(Bus bus, Leases leases, TimeSource time, Metrics metrics, Health health) {}
