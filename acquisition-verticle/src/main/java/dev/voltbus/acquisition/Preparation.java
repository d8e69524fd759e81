package dev.voltbus.acquisition;

/// What became of the reads before a write.
sealed interface Preparation {
  /// All is known that the write needs.
  ///
  /// @param address where the register stands on the wire
  /// @param connection number of the connection on which all of it was found
  record Ready(int address, Reading reading, int connection) implements Preparation {}

  /// The register cannot be written.
  record Impossible(String why) implements Preparation {}

  /// The device did not say what had to be known.
  record Unread(String why) implements Preparation {}

  /// The connection changed meanwhile.
  record Reconnected() implements Preparation {}
}
