package dev.voltbus.mqtt;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;

/// The same against a real mosquitto, where it is installed.
class MosquittoVerticleTest extends MqttVerticleBehaviour {
  @TempDir private Path folder;
  private @Nullable TestingMosquitto mosquitto;

  @Override
  int startBroker(Vertx on) throws IOException {
    Assumptions.assumeTrue(TestingMosquitto.isInstalled(), "mosquitto is not installed");
    mosquitto = TestingMosquitto.start(folder);
    return mosquitto.port();
  }

  @Override
  void stopBroker() {
    if (mosquitto != null) {
      mosquitto.close();
    }
  }
}
