package dev.voltbus.modbus;

/// What a client has done since it was created; each number only grows.
///
/// @param sent requests written to the wire
/// @param answered whole answers received, exception answers included
/// @param expired requests whose deadline passed before they were sent
/// @param overloads requests refused because the queue was full
/// @param connects connections made
/// @param losses connections lost or given up
/// @param timeouts requests sent that got no right answer in time
/// @param late answers that came after their request had been given up, dropped
/// @param foreign whole frames that answer nothing we asked, or are damaged, dropped
/// @param resyncs times that bytes were dropped to find the next frame
public record ModbusCounters(
    long sent,
    long answered,
    long expired,
    long overloads,
    long connects,
    long losses,
    long timeouts,
    long late,
    long foreign,
    long resyncs) {}
