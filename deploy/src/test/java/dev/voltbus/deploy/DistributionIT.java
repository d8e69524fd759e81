package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Looks at the folder that users get.
class DistributionIT {

  private static final Path HOME = Path.of(System.getProperty("voltbus.home"));

  @Test
  void holdsAllModulesTheLicenceAndTheThirdParties() throws IOException {
    List<String> jars = names(HOME.resolve("lib"));
    for (String module :
        List.of("acquisition", "command", "contract", "deploy", "mapping", "modbus", "mqtt")) {
      assertEquals(1, jars.stream().filter(jar -> jar.startsWith("voltbus-" + module)).count());
    }
    assertTrue(Files.readString(HOME.resolve("LICENSE")).contains("Apache-2.0"));
    assertTrue(Files.readString(HOME.resolve("THIRD-PARTY.txt")).contains("io.vertx:vertx-core"));
  }

  // Two bindings make slf4j pick one at random.
  @Test
  void bringsOneLoggingBinding() throws IOException {
    List<String> bindings =
        names(HOME.resolve("lib")).stream()
            .filter(jar -> jar.matches("(logback-classic|slf4j-(?!api)|log4j-slf4j).*"))
            .map(jar -> jar.replaceAll("-[0-9].*", ""))
            .toList();
    assertEquals(List.of("logback-classic"), bindings);
  }

  @Test
  void knowsItsVersion() throws Exception {
    try (PackagedProduct voltbus = PackagedProduct.start(Map.of(), "--version")) {
      assertEquals(0, voltbus.awaitExit(Duration.ofSeconds(30)), voltbus::output);
      String line = voltbus.output();
      assertTrue(line.matches("voltbus [0-9]+\\.[0-9]+\\.[0-9]+.*"), line);
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
