package dev.voltbus.modbus;

/// A change of a client's connection, told to [ModbusClient#connectionHandler].
public sealed interface ConnectionState {
  /// A connection was made.
  record Connected() implements ConnectionState {}

  /// A connection could not be made; the requests that waited for it have failed.
  record ConnectFailed(String reason) implements ConnectionState {}

  /// The connection is gone, by the other side or given up after a fault. The next request makes a
  /// new one.
  record Lost(String reason) implements ConnectionState {}

  /// The connection was closed on purpose, by [ModbusClient#disconnect].
  record Disconnected() implements ConnectionState {}
}
