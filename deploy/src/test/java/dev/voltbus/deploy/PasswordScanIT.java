package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.voltbus.simulator.BatterySite;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A broker password is planted in each place where it may stand, the packaged gateway logs
/// everything there is, logs in, and is refused after the password was changed at the broker.
@Timeout(180)
class PasswordScanIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String TRACE =
      """
      <configuration>
        <appender name="CONSOLE" class="ch.qos.logback.core.ConsoleAppender">
          <target>System.err</target>
          <encoder><pattern>%level %logger %msg%n</pattern></encoder>
        </appender>
        <root level="TRACE"><appender-ref ref="CONSOLE"/></root>
      </configuration>
      """;
  private static final List<String> HEALTH_PATHS =
      List.of("/health/started", "/health/ready", "/health/live", "/metrics");

  private final Vertx vertx = Vertx.vertx();
  private final BatterySite site = new BatterySite(0, 0);
  private final PlantedSecret secret = PlantedSecret.plant();
  private final int healthPort = PackagedProduct.freePort();
  private final int httpPort = PackagedProduct.freePort();
  @TempDir private Path folder;
  private TestingMosquitto broker;

  /// Where the password stands.
  enum From {
    FILE,
    ENVIRONMENT,
    ENV_FILE
  }

  @BeforeEach
  void start() throws Exception {
    broker = TestingMosquitto.startWithLogin(secret.user(), secret.password());
    vertx.deployVerticle(site).await();
  }

  @AfterEach
  void stop() {
    vertx.close().await();
    broker.close();
  }

  @ParameterizedTest
  @EnumSource(From.class)
  void thePasswordIsNeitherLoggedNorServedNorInTheProcessList(From from) throws Exception {
    try (PackagedProduct gateway = gateway(from)) {
      gateway.awaitLine(line -> line.contains(" connected to mqtt://127.0.0.1"), LIMIT);
      broker.setPassword(secret.user(), "another");
      broker.stop();
      broker.restart();
      gateway.awaitLine(line -> line.contains("not authorized"), LIMIT);
      secret.assertOnlyMarkerIn("HTTP", served());
      secret.assertOnlyMarkerIn("the process list", processes());
      secret.assertOnlyMarkerIn("the log at TRACE", gateway.output());
    }
  }

  private PackagedProduct gateway(From from) throws IOException {
    Path log = Files.writeString(folder.resolve("logback.xml"), TRACE);
    Path variables = ownersOnly(".env", variables(from));
    Map<String, String> environment = new HashMap<>();
    environment.put("VOLTBUS_JAVA_OPTS", "-Dlogback.configurationFile=" + log);
    if (from == From.ENVIRONMENT) {
      environment.put("MQTT_PASSWORD", secret.password());
    }
    return PackagedProduct.start(
        environment,
        "run",
        "--site=" + site(from),
        "--env-file=" + variables,
        "--health-port=" + healthPort,
        "--http-port=" + httpPort);
  }

  private String variables(From from) {
    return switch (from) {
      case FILE, ENVIRONMENT -> "";
      case ENV_FILE -> "MQTT_PASSWORD=" + secret.password() + "\n";
    };
  }

  /// The marker is in the file's name, in the device's and in the publication's.
  private Path site(From from) throws IOException {
    String login =
        switch (from) {
          case FILE -> "username: edge, password-file: \"" + passwordFile() + "\"";
          case ENVIRONMENT, ENV_FILE -> "username: edge, password-env: MQTT_PASSWORD";
        };
    return Files.writeString(
        folder.resolve(secret.marker() + ".yaml"),
        """
        site: scan
        links:
          bms: { url: "tcp://127.0.0.1:%1$d" }
        devices:
          %2$s: { type: tinybms, link: bms, unit: 170 }
        brokers:
          local: { uri: "mqtt://127.0.0.1:%3$d", reconnect-interval-ms: 500, %4$s }
        publications:
          %2$s: { contract: battery-emulator, broker: local, devices: [%2$s] }
        """
            .formatted(site.packServer().port(), secret.marker(), broker.port(), login));
  }

  private Path passwordFile() throws IOException {
    return ownersOnly("password", secret.password() + "\n");
  }

  private Path ownersOnly(String name, String content) throws IOException {
    Path file = Files.writeString(folder.resolve(name), content);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private String served() throws Exception {
    StringBuilder all = new StringBuilder();
    for (String path : HEALTH_PATHS) {
      all.append(PackagedProduct.get(healthPort, path).body());
    }
    String device = "/api/v1/devices/" + secret.marker();
    for (String path : List.of("/", "/api/v1/site", device + "/values", device + "/plan")) {
      all.append(PackagedProduct.get(httpPort, path).body());
    }
    return all.toString();
  }

  /// The command line of each process on this machine.
  private static String processes() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      return all.filter(process -> process.getFileName().toString().matches("[0-9]+"))
          .map(process -> text(process.resolve("cmdline")))
          .collect(Collectors.joining("\n"));
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException ended) {
      return "";
    }
  }

  // The scan itself: it must find a password that is there, in each form, and say where.
  @Test
  void theScanFindsAPlantedPassword() {
    String marker = secret.marker();
    String encoded = secret.password().replace("/", "%2F");
    for (String leak : List.of(secret.password(), "user=edge&pw=" + encoded)) {
      assertThrows(
          AssertionError.class, () -> secret.assertOnlyMarkerIn("here", marker + " " + leak));
    }
    assertThrows(AssertionError.class, () -> secret.assertOnlyMarkerIn("here", "nothing"));
  }
}
