package dev.voltbus.modbus;

/// What a server has done since it was created; each number but `open` only grows.
///
/// @param open connections open now
/// @param connections connections taken
/// @param turnedAway connections closed at once because too many were open
/// @param requests whole requests received
/// @param refusals requests answered with an exception
/// @param malformed connections closed because their bytes were no Modbus TCP
public record ModbusServerCounters(
    int open, long connections, long turnedAway, long requests, long refusals, long malformed) {}
