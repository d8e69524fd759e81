package dev.voltbus.acquisition;

import dev.voltbus.modbus.ModbusClient;
import dev.voltbus.modbus.ModbusClientOptions;
import io.vertx.core.Vertx;
import java.time.Duration;

/// Where the Modbus clients of the links come from, and how far they are trusted.
@FunctionalInterface
interface Clients {
  ModbusClient create(Vertx vertx, ModbusClientOptions options);

  /// How long after all its limits and pauses a client may keep an outcome to itself.
  default Duration grace() {
    return Duration.ofSeconds(10);
  }
}
