package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The unit of docs/how-to/systemd.md under a real systemd.
class SystemdIT {
  private static final Path BOOT = Path.of("src/test/resources/systemd/boot.sh");
  private static final Path HOW_TO = Path.of("../docs/how-to/systemd.md");
  private static final Pattern UNIT = Pattern.compile("(?ms)```ini\\n(.*?)^ *```$");
  private static final String WORD = "planted-word";
  private static final int CANNOT = 77;

  @TempDir private Path folder;

  /// The documented unit, with the files of this test in place of those in `/etc/voltbus`.
  private void write(String user) throws IOException {
    Matcher unit = UNIT.matcher(Files.readString(HOW_TO));
    assertTrue(unit.find(), "no unit in " + HOW_TO);
    Path units = Files.createDirectories(folder.resolve("units/voltbus.service.d")).getParent();
    Files.writeString(
        units.resolve("voltbus.service"),
        unit.group(1).indent(-3).replace("/etc/voltbus", folder.toString()));
    Files.writeString(
        units.resolve("voltbus.service.d/test.conf"),
        """
        [Unit]
        SuccessAction=exit-force
        FailureAction=exit-force
        [Service]
        Type=oneshot
        Restart=no
        PrivateTmp=no
        ProtectHome=no
        BindReadOnlyPaths=%s %s
        %s
        Environment=JAVA_HOME=%s
        StandardOutput=append:%s/out
        StandardError=inherit
        ExecStart=
        ExecStart=/bin/sh -c 'stat -c "%%%%n %%%%a" $CREDENTIALS_DIRECTORY $CREDENTIALS_DIRECTORY/broker'
        ExecStart=%s/voltbus check --site %s/site.yaml
        """
            .formatted(
                folder,
                PackagedProduct.HOME.toAbsolutePath(),
                user,
                System.getProperty("java.home"),
                folder,
                PackagedProduct.HOME.toAbsolutePath(),
                folder));
  }

  private String run() throws IOException, InterruptedException {
    Path log = folder.resolve("log");
    Process boot =
        new ProcessBuilder(
                "sh", BOOT.toString(), folder.resolve("units").toString(), "voltbus.service")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    int code = boot.waitFor();
    String said = new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
    if (code == CANNOT) {
      System.out.println("skipped: no systemd of its own: " + said);
    }
    Assumptions.assumeTrue(code != CANNOT, said);
    assertTrue(Files.exists(folder.resolve("out")), said);
    return Files.readString(folder.resolve("out"));
  }

  // A user that is made for the service has no home; root reads everything, others what is theirs.
  @ParameterizedTest
  @ValueSource(strings = {"DynamicUser=yes", "DynamicUser=no", "DynamicUser=no\nUser=nobody"})
  void credentialOfTheDocumentedUnitIsTaken(String user) throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path secret = Files.writeString(folder.resolve("broker"), WORD + "\n");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(
        folder.resolve("site.yaml"),
        """
        site: garage
        links: { line: { url: "tcp://127.0.0.1:1" } }
        devices: { pack: { type: tinybms, link: line, unit: 170 } }
        brokers:
          local: { username: me, password-file: "${CREDENTIALS_DIRECTORY}/broker" }
        publications:
          BE: { contract: battery-emulator, broker: local, devices: [pack] }
        """);
    write(user);
    String said = run();
    assertTrue(said.contains("/run/credentials/voltbus.service 500\n"), said);
    assertTrue(said.contains("/run/credentials/voltbus.service/broker 4"), said);
    assertTrue(said.contains("site garage: 1 link(s)"), said);
    assertTrue(said.contains("topics of BE:"), said);
    assertEquals(-1, said.indexOf(WORD), said);
  }
}
