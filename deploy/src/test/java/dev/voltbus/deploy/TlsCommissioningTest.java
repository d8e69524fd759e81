package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.simulator.Endpoint;
import dev.voltbus.simulator.ModbusServer;
import dev.voltbus.simulator.Profile;
import dev.voltbus.simulator.ProfileDevice;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The commissioning commands at a device that wants certificates on both sides.
@Timeout(120)
class TlsCommissioningTest {
  private static final Path FILES =
      Path.of("../vertx-modbus/src/test/resources/tls").toAbsolutePath().normalize();

  private final Vertx vertx = Vertx.vertx();
  @TempDir private Path folder;

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  private static String file(String name) {
    return FILES.resolve(name).toString();
  }

  /// @param name `server`, or `elsewhere` for a certificate that does not name this machine
  private String serve(String name) throws Exception {
    DeviceType type = new DeviceFolder(Path.of("config")).device("inverter");
    Endpoint.TlsFiles files =
        new Endpoint.TlsFiles(file(name + ".pem"), file(name + ".key"), file("ca.pem"));
    return ModbusServer.start(
            vertx,
            Endpoint.parse("tls://127.0.0.1:0", files),
            Map.of(1, new ProfileDevice(type.map(), Profile.of("inverter", 1)).device()))
        .await()
        .url();
  }

  private static CommandRun run(String line, String... more) {
    List<String> all = new ArrayList<>(List.of(line.split(" ")));
    all.addAll(List.of("--timeout=20s", "--connect-timeout=20s"));
    all.addAll(List.of(more));
    return CommandRun.of(all.toArray(String[]::new));
  }

  private static String[] files(String authority, String certificate) {
    return new String[] {
      "--ca=" + file(authority),
      "--cert=" + file(certificate + ".pem"),
      "--cert-key=" + file(certificate + ".key")
    };
  }

  /// A copy that others cannot open, as a site file wants it.
  private Path secret(String name) throws Exception {
    Path copy = Files.copy(Path.of(file(name)), folder.resolve(name));
    return Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-------"));
  }

  private String site(String url) throws Exception {
    return Files.writeString(
            folder.resolve("site.yaml"),
            """
            site: tls
            links:
              field:
                url: "%s"
                tls: { ca-file: %s, certificate-file: %s, key-file: %s }
            devices:
              inverter-1: { type: inverter, link: field }
            """
                .formatted(url, file("ca.pem"), file("client.pem"), secret("client.key")))
        .toString();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "read URL --address=0",
        "read URL --config=config --device=inverter",
        "trace URL --address=0 --seconds=1",
        "probe URL --config=config --units=1",
        "decode --url=URL --address=0 --count=2",
      })
  void urlTakesTheFilesFromOptions(String line) throws Exception {
    CommandRun run = run(line.replace("URL", serve("server")), files("ca.pem", "client"));
    assertEquals(0, run.code(), run::err);
    assertEquals("", run.err());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "read --site=SITE --config=config --device=inverter-1",
        "read --site=SITE --config=config --device=inverter-1 --address=0",
        "trace --site=SITE --config=config --device=inverter-1 --seconds=1",
        "probe --site=SITE --config=config --link=field --units=1",
      })
  void linkOfASiteBringsItsFiles(String line) throws Exception {
    CommandRun run = run(line.replace("SITE", site(serve("server"))));
    assertEquals(0, run.code(), run::err);
  }

  // What probe says is to be pasted: without the files the gateway would not get in.
  @Test
  void probeNamesTheFilesInTheSectionForTheSite() throws Exception {
    CommandRun run =
        run("probe " + serve("server") + " --config=config --units=1", files("ca.pem", "client"));
    assertTrue(run.out().contains("      ca-file: " + file("ca.pem") + "\n"), run::out);
    assertTrue(run.out().contains("      key-file: " + file("client.key") + "\n"), run::out);
  }

  @Test
  void certificateForAnotherHostIsTakenOnlyWithAWarning() throws Exception {
    String line = "read " + serve("elsewhere") + " --address=0";
    CommandRun strict = run(line, files("ca.pem", "client"));
    assertEquals(1, strict.code());
    assertTrue(strict.err().contains("127.0.0.1"), strict::err);
    assertTrue(strict.err().contains("--insecure-host"), strict::err);
    CommandRun loose = run(line + " --insecure-host", files("ca.pem", "client"));
    assertEquals(0, loose.code(), loose::err);
    assertTrue(loose.err().startsWith("warning: --insecure-host: "), loose::err);
  }

  // Each thing that may be wrong with certificates on a site says which file to look at.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "stranger-ca.pem|client|the server's certificate is not trusted",
        "stranger-ca.pem|client|now it is FILES/stranger-ca.pem",
        "ca.pem|stranger|a certificate the device knows; now FILES/stranger.pem",
        "ca.pem|nowhere|nowhere.pem: there is no such file",
        "nowhere.pem|client|nowhere.pem: there is no such file",
        "client.key|client|ca-file FILES/client.key cannot be used",
      })
  void faultOfACertificateNamesFileAndReason(String authority, String own, String words)
      throws Exception {
    CommandRun run = run("read " + serve("server") + " --address=0", files(authority, own));
    assertTrue(run.code() != 0);
    assertTrue(run.err().contains(words.replace("FILES", FILES.toString())), run::err);
    assertTrue(run.err().lines().count() <= 2, run::err);
    assertFalse(run.err().contains("Exception"), run::err);
  }

  @Test
  void missingCertificateOfOursNamesTheOptions() throws Exception {
    CommandRun run = run("read " + serve("server") + " --address=0", "--ca=" + file("ca.pem"));
    assertEquals(1, run.code());
    assertTrue(run.err().contains("--cert and --cert-key"), run::err);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "read tcp://127.0.0.1:1 --address=0 --ca=x.pem",
        "read tls://127.0.0.1:1 --address=0 --cert=x.pem",
        "read rtu:///dev/ttyUSB0 --address=0 --insecure-host",
      })
  void optionsThatDoNotGoTogetherAreRefused(String line) {
    CommandRun run = CommandRun.of(line.split(" "));
    assertTrue(run.code() != 0);
    assertTrue(run.err().contains("--ca, --cert") || run.err().contains("--cert and"), run::err);
  }
}
