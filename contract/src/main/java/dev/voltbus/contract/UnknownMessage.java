package dev.voltbus.contract;

/// A frame this node cannot read: sent by a newer version, or damaged. It is counted and dropped.
///
/// @param type type number of the frame, or -1 if not even that could be read
/// @param reason what was wrong with it
public record UnknownMessage(int type, String reason) implements Message {}
