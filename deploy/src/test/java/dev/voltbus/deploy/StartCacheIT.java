package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What `voltbus prepare`, which the build has run, does for a start, and that a file of another
/// build does nothing.
@Timeout(300)
class StartCacheIT {
  private static final Path CACHE = PackagedProduct.HOME.resolve("voltbus.aot").toAbsolutePath();
  private static final Path JARS = Path.of(CACHE + ".jars");
  private static final Duration START = Duration.ofSeconds(60);
  private static final int STARTS = 3;

  @TempDir private Path folder;

  @BeforeEach
  void isPrepared() {
    boolean there = Files.exists(CACHE) && Files.exists(JARS);
    if ("all".equals(System.getenv("VOLTBUS_REQUIRE"))) {
      assertTrue(there, CACHE + " is missing, VOLTBUS_REQUIRE=all wants it");
    }
    assumeTrue(there, CACHE + " is missing: the build ran with -Dprepare.skip");
  }

  private static PackagedProduct run(Path cache) throws Exception {
    return PackagedProduct.start(
        Map.of("VOLTBUS_CACHE", cache.toString()),
        "run",
        "--site=" + PackagedProduct.HOME.resolve("config/sites/demo.yaml"),
        "--http-port=" + PackagedProduct.freePort(),
        "--health-port=" + PackagedProduct.freePort());
  }

  /// @return milliseconds until it runs
  private static long start(Path cache, String says) throws Exception {
    long began = System.nanoTime();
    try (PackagedProduct gateway = run(cache)) {
      gateway.awaitLine(line -> line.contains("running; console"), START);
      long took = (System.nanoTime() - began) / 1_000_000;
      gateway.awaitLine(line -> line.contains(says), START);
      return took;
    }
  }

  @Test
  void aStartWithItIsClearlyFaster() throws Exception {
    long with = Long.MAX_VALUE;
    long without = Long.MAX_VALUE;
    for (int i = 0; i < STARTS; i++) {
      with = Math.min(with, start(CACHE, "started with a start cache"));
      without = Math.min(without, start(folder.resolve("none"), "started without a start cache"));
    }
    System.out.printf("start: %d ms with a start cache, %d ms without%n", with, without);
    assertTrue(with < without * 0.85, with + " ms with, " + without + " ms without");
  }

  // Java takes classes from the file without a look at whether their jars have changed.
  @Test
  void oneOfAnotherBuildIsNotUsed() throws Exception {
    Path cache = Files.createSymbolicLink(folder.resolve("cache"), CACHE);
    String ours = Files.readString(JARS);
    String other = ours.replaceFirst("(?m)^[0-9]+ ([0-9]+ \\./voltbus-command)", "1 $1");
    assertNotEquals(ours, other);
    Files.writeString(folder.resolve("cache.jars"), other);
    start(cache, "start cache is of another build, not used");
  }

  @Test
  void aBrokenOneKeepsNothingFromStarting() throws Exception {
    Path cache = Files.writeString(folder.resolve("cache"), "no cache");
    Files.copy(JARS, folder.resolve("cache.jars"));
    start(cache, "running; console");
  }

  // What Java has to say about it goes to where log lines go.
  @Test
  void itIsNoPartOfAnAnswer() throws Exception {
    Path cache = Files.writeString(folder.resolve("cache"), "no cache");
    Files.copy(JARS, folder.resolve("cache.jars"));
    ProcessBuilder builder =
        new ProcessBuilder(
                PackagedProduct.HOME.resolve("voltbus").toAbsolutePath().toString(), "--version")
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("VOLTBUS_CACHE", cache.toString());
    Process process = builder.start();
    String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(answer.matches("voltbus \\S+\n"), answer);
    assertEquals(0, process.waitFor());
  }

  @Test
  void whereNothingCanBeWrittenThatIsSaid() throws Exception {
    Path nowhere = folder.resolve("no/such/folder/cache");
    try (PackagedProduct prepare =
        PackagedProduct.start(Map.of("VOLTBUS_CACHE", nowhere.toString()), "prepare")) {
      assertEquals(1, prepare.awaitExit(START));
      assertTrue(
          prepare.output().contains("nothing can be written beside " + nowhere), prepare::output);
    }
  }
}
