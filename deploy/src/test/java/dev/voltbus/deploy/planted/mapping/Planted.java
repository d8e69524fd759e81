package dev.voltbus.deploy.planted.mapping;

import com.ghgande.j2mod.modbus.Modbus;
import dev.voltbus.deploy.planted.mqtt.PublicPart;
import io.vertx.mqtt.MqttClientOptions;
import java.time.Instant;
import java.util.Optional;
import java.util.logging.Logger;

/// Violations on purpose, one for each architecture rule; `ArchitectureTest` expects each to be
/// found.
final class Planted {

  private Planted() {}

  static final class KnowsMqtt {
    final PublicPart part = new PublicPart();
  }

  static final class SeesJ2mod {
    final Class<?> modbus = Modbus.class;
  }

  static final class SpeaksMqtt {
    final MqttClientOptions options = new MqttClientOptions();
  }

  static final class Prints {
    void print() {
      System.out.println("planted");
    }
  }

  static final class LogsPastSlf4j {
    final Logger log = Logger.getAnonymousLogger();
  }

  static final class AsksTheClock {
    final Instant now = Instant.now();
  }

  static final class ThrowsBare {
    void fail() {
      throw new RuntimeException("planted");
    }
  }

  static final class KeepsOptional {
    final Optional<String> text = Optional.empty();
  }

  static class Open {}

  static final class ValueManager {}
}
