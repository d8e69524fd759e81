package dev.voltbus.modbus;

/// What a client has done since it was created; each number only grows.
///
/// @param sent requests written to the wire
/// @param answered whole answers received, exception answers included
/// @param expired requests whose deadline passed before they were sent
/// @param overloads requests refused because the queue was full
/// @param connects connections made
/// @param losses connections lost or given up
public record ModbusCounters(
    long sent, long answered, long expired, long overloads, long connects, long losses) {}
