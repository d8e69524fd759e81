package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Each folder under `testcases/config` is a faulty configuration: its files replace those of the
/// sound one in `base`, and `expected.txt` holds all that is said about it.
class FaultyConfigTest {
  private static final Path CASES = Path.of("src/test/resources/testcases/config");
  private static final Path SCHEMAS = Path.of("config/schema");

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> everyFaultIsNamedWithFileLineKeyAndWhatWouldBeValid() throws IOException {
    List<Path> cases;
    try (Stream<Path> folders = Files.list(CASES)) {
      cases = folders.filter(path -> !path.endsWith("base")).sorted().toList();
    }
    assertTrue(cases.size() >= 30, cases.size() + " cases");
    return cases.stream()
        .map(path -> DynamicTest.dynamicTest(path.getFileName().toString(), () -> check(path)));
  }

  private void check(Path faulty) throws IOException {
    Path config = Files.createDirectory(folder.resolve(faulty.getFileName()));
    ConfigFolder.copy(SCHEMAS, config.resolve("schema"));
    ConfigFolder.copy(CASES.resolve("base"), config);
    ConfigFolder.copy(faulty, config);
    Path expected = faulty.resolve("expected.txt");
    ConfigException refusal =
        assertThrows(ConfigException.class, () -> load(config.resolve("sites/site.yaml"), config));
    String said = refusal.getMessage().replace(config + "/", "") + "\n";
    if (Boolean.getBoolean("voltbus.accept")) {
      Files.writeString(expected, said);
    }
    assertEquals(Files.readString(expected), said);
  }

  @Test
  void theSoundConfigurationBehindTheCasesLoads() throws Exception {
    ConfigFolder.copy(SCHEMAS, folder.resolve("schema"));
    ConfigFolder.copy(CASES.resolve("base"), folder);
    assertEquals("garage", load(folder.resolve("sites/site.yaml"), folder).name());
  }

  @Test
  void missingFileAndDirectoryAndHugeFileAreRefused() throws IOException {
    ConfigFolder.copy(SCHEMAS, folder.resolve("schema"));
    Path huge = folder.resolve("huge.yaml");
    Files.writeString(huge, "#".repeat(YamlFile.LARGEST + 1));
    assertEquals(folder + "/none.yaml: does not exist", refusal(folder.resolve("none.yaml")));
    assertEquals(folder + "/schema: is a directory, not a file", refusal(folder.resolve("schema")));
    assertEquals(huge + ": 1048577 bytes are more than the 1048576 allowed", refusal(huge));
  }

  // A folder of one's own holds devices and contracts; the schemas came with voltbus.
  @Test
  void configFolderWithoutSchemasUsesThoseOfTheInstallation() throws Exception {
    ConfigFolder.copy(CASES.resolve("base"), folder);
    assertEquals("garage", load(folder.resolve("sites/site.yaml"), folder).name());
  }

  @Test
  void missingSchemasAreNamed() {
    String home = System.getProperty("voltbus.home", ".");
    System.setProperty("voltbus.home", folder.resolve("nowhere").toString());
    try {
      assertEquals(
          folder
              + "/schema/site.schema.json: cannot be read; is this the config folder that came with"
              + " voltbus?",
          refusal(CASES.resolve("base/sites/site.yaml")));
    } finally {
      System.setProperty("voltbus.home", home);
    }
  }

  // A secret must not reach a log, and faults are logged.
  @Test
  void noFaultRepeatsASecret() throws IOException {
    try (Stream<Path> files = Files.walk(CASES)) {
      List<Path> telling =
          files
              .filter(path -> path.endsWith("expected.txt"))
              .filter(FaultyConfigTest::mentionsSecret)
              .toList();
      assertEquals(List.of(), telling);
    }
  }

  private static boolean mentionsSecret(Path file) {
    try {
      return Files.readString(file).contains("hunter2");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private String refusal(Path siteFile) {
    return assertThrows(ConfigException.class, () -> load(siteFile, folder)).getMessage();
  }

  private static dev.voltbus.contract.Site load(Path siteFile, Path config) throws ConfigException {
    return SiteFiles.load(siteFile, config, Map.of(), name -> null);
  }
}
