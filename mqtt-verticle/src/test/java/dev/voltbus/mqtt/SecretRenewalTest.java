package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.Secret;
import dev.voltbus.simulator.broker.BrokerOptions;
import dev.voltbus.simulator.broker.MqttBroker;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Passwords in files, which are renewed while a gateway runs for years.
class SecretRenewalTest {
  private static final String PART = "publication tinybms";

  /// One event loop, so that whoever blocks it blocks all.
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));

  @TempDir private Path folder;
  private Path file;
  private int port;

  @BeforeEach
  void startBroker() {
    file = folder.resolve("password");
    BrokerOptions options = BrokerOptions.at("127.0.0.1", 0).withCredentials("gateway", "new");
    port = Await.result(MqttBroker.start(vertx, options)).port();
  }

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  private TestingGateway gateway(Secret password) {
    BrokerSettings settings =
        new BrokerSettings(
            "local",
            "127.0.0.1",
            port,
            "gateway",
            "gateway",
            password,
            "",
            true,
            0,
            false,
            Duration.ofSeconds(30),
            Duration.ofMillis(300),
            null,
            true);
    return TestingGateway.start(vertx, Bus.over(vertx), Fixtures.site(Fixtures.tinybms(settings)));
  }

  private static String state(TestingGateway gateway) {
    return gateway.health().parts().getOrDefault(PART, "none");
  }

  @Test
  void aChangedPasswordCountsFromTheNextConnectOn() throws IOException {
    Files.writeString(file, "old\n");
    TestingGateway gateway = gateway(Secret.inFile(file));
    Await.until(() -> state(gateway).contains("refused by the broker"));
    Files.writeString(file, "new\n");
    Await.until(() -> state(gateway).equals("up"));
  }

  // The file may be on a share that hangs; here nobody writes to a pipe.
  @Test
  void aFileThatDoesNotAnswerHoldsUpNothingElse() throws Exception {
    Files.writeString(file, "old\n");
    Secret password = Secret.inFile(file);
    Files.delete(file);
    assertEquals(0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());
    TestingGateway gateway = gateway(password);
    Promise<Void> turn = Promise.promise();
    vertx.setTimer(100, id -> turn.complete());
    Await.result(turn.future());
    assertEquals("not connected yet", state(gateway));
    Files.writeString(file, "new\n");
    Await.until(() -> state(gateway).equals("up"));
  }
}
