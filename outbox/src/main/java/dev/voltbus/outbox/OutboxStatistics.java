package dev.voltbus.outbox;

import java.time.Duration;

/// An outbox as of now; counters begin with the open.
///
/// @param records records that wait for their acknowledgement
/// @param bytes what the files, or the memory in their place, take
/// @param oldestAge age of the oldest record that waits, at most a second out of date; zero if none
///   waits
/// @param droppedRecords records given up because of a bound
/// @param droppedBytes their bytes
/// @param lostRecords records lost to damaged files
/// @param damagedBytes bytes that were no records
/// @param commits writes to the disk, each with all records that waited for it
/// @param refused appends and reads refused because too much waited for the disk
/// @param disk whether new records go to the disk
public record OutboxStatistics(
    long records,
    long bytes,
    Duration oldestAge,
    long droppedRecords,
    long droppedBytes,
    long lostRecords,
    long damagedBytes,
    long commits,
    long refused,
    DiskState disk) {}
