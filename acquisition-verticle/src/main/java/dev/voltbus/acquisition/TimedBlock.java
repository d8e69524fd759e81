package dev.voltbus.acquisition;

import dev.voltbus.contract.RegisterBlock;

/// What one request of a poll brought, and when it was asked. A write that began after that time is
/// newer than these words.
///
/// @param startedNanos monotonic time at which the request was handed to the wire
record TimedBlock(RegisterBlock block, long startedNanos) {}
