package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `build-tools/PainsTable.java` on a planted project: a table that cannot fail would promise
/// nothing.
class PainsTableTest {
  private static final Path PROGRAM = Path.of("../build-tools/PainsTable.java").toAbsolutePath();
  private static final String LONG_AGO = "2000-01-01T00:00:00Z";
  private static final String LATER = "2999-01-01T00:00:00Z";
  private static final String PASSED = "<testcase name='works(int)[1]' classname='x.ATest'/>";

  @TempDir Path root;

  /// What a run of the program came to.
  private record Run(int code, String said) {}

  @BeforeEach
  void plant() throws IOException, InterruptedException {
    write("m/src/test/java/x/ATest.java", "class ATest extends AContract { void other() {} }");
    write("m/src/test/java/x/AContract.java", "abstract class AContract {\n  void works() {} }");
    list("1 solved First\n  m ATest#works\n");
    report(PASSED);
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  /// A list whose first item is given, and the page that belongs to it.
  private void list(String first) throws IOException, InterruptedException {
    StringBuilder list = new StringBuilder(first);
    for (int item = 2; item <= 20; item++) {
      list.append(item).append(" solved Another\n  m ATest#works\n");
    }
    write("build-tools/pains.txt", list.toString());
    Files.createDirectories(root.resolve("docs/reference"));
    run("", "--write", root.toString());
  }

  private void report(String cases) throws IOException {
    String report = "<testsuite name='x.ATest'>" + cases + "</testsuite>";
    write("m/target/surefire-reports/TEST-x.ATest.xml", report);
  }

  private static Run run(String required, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.add(PROGRAM.toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("VOLTBUS_REQUIRE", required);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), said);
  }

  private Run check(String required, String started, String filter)
      throws IOException, InterruptedException {
    return run(required, "--check", root.toString(), started, filter);
  }

  private Run check() throws IOException, InterruptedException {
    return check("all", LONG_AGO, "test=${test}");
  }

  private static void assertRefused(Run run, String reason) {
    assertEquals(1, run.code(), run::said);
    assertTrue(run.said().contains("pains: " + reason), run::said);
  }

  @Test
  void whatPassedStandsInTheTable() throws Exception {
    Run run = check();
    assertEquals(0, run.code(), run::said);
    String table = Files.readString(root.resolve("target/pains.md"));
    assertTrue(table.contains("| 1 | First | `m ATest#works` | passed |"), table);
  }

  @Test
  void failedTestFailsTheBuild() throws Exception {
    report(PASSED + "<testcase name='works(int)[2]'><failure>no</failure></testcase>");
    assertRefused(check(), "m ATest#works has failed");
  }

  // A renamed test leaves a promise without anybody who keeps it.
  @Test
  void testThatIsNotWrittenFailsTheBuild() throws Exception {
    list("1 solved First\n  m ATest#worked\n");
    assertRefused(check("", LATER, "test=Other"), "item 1: there is no test m ATest#worked");
  }

  @Test
  void skippedTestFailsTheBuildOnlyWhereAllIsRequired() throws Exception {
    report("<testcase name='works'><skipped/></testcase>");
    assertRefused(check(), "m ATest#works was skipped");
    assertEquals(0, check("", LONG_AGO, "test=${test}").code());
    report("<testcase name='' classname='x.ATest'><skipped/></testcase>");
    assertRefused(check(), "m ATest#works was skipped");
  }

  @Test
  void testLeftOutByTheDeveloperIsNamedAndNoFault() throws Exception {
    report("<testcase name='other'/>");
    Run run = check("all", LONG_AGO, "test=ATest#other");
    assertEquals(0, run.code(), run::said);
    assertTrue(run.said().contains("pains: not run: 1 of m ATest"), run::said);
    assertRefused(check(), "m ATest#works did not run");
  }

  // Yesterday's result says nothing about today's build.
  @Test
  void resultOfAnEarlierBuildDoesNotCount() throws Exception {
    Run run = check("all", LATER, "test=${test}");
    assertEquals(0, run.code(), run::said);
    assertTrue(run.said().contains("pains: not run: 1 of m ATest"), run::said);
  }

  @Test
  void itemWithNeitherTestNorDecisionFailsTheBuild() throws Exception {
    list("1 solved First\n");
    assertRefused(check(), "item 1 is called solved, but no test shows it");
    list("1 refused First\n  decision docs/decisions/0099-no.md\n");
    assertRefused(check(), "item 1: docs/decisions/0099-no.md does not exist");
    list("");
    assertRefused(check(), "build-tools/pains.txt: item 1 must stand there once");
  }

  @Test
  void pageOutOfStepFailsTheBuild() throws Exception {
    write("docs/reference/reading-promises.md", "something else");
    assertRefused(check(), "docs/reference/reading-promises.md is out of step");
  }
}
