package dev.voltbus.simulator.broker;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Keeps the suite honest: what ours is asked for, a real broker does.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MosquittoBrokerTest extends MqttBrokerBehaviour {

  private static final String MISSING =
      "mosquitto and mosquitto_passwd are not installed, so the suite runs against our broker only";

  private @Nullable TestingMosquitto mosquitto;

  @BeforeAll
  void startMosquitto(@TempDir Path folder) throws IOException, InterruptedException {
    if (!TestingMosquitto.isInstalled()) {
      assertNotEquals("all", System.getenv("VOLTBUS_REQUIRE"), MISSING);
      System.out.println("skipped: " + MISSING);
      abort(MISSING);
    }
    mosquitto = TestingMosquitto.start(folder);
  }

  @AfterAll
  void stopMosquitto() {
    if (mosquitto != null) {
      mosquitto.close();
    }
  }

  @Override
  int port() {
    return Objects.requireNonNull(mosquitto).port();
  }

  @Override
  int securedPort() {
    return Objects.requireNonNull(mosquitto).securedPort();
  }
}
