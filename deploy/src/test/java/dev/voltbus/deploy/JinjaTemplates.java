package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/// `independent/templates.py` as a process: Home Assistant's templates by its own engine.
final class JinjaTemplates implements AutoCloseable {
  private static final String PYTHON = "/usr/bin/python3";
  private static final Path SCRIPT = Path.of("src/test/resources/independent/templates.py");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final BufferedReader answers;
  private final Writer orders;

  private JinjaTemplates(Process process) {
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.orders = process.outputWriter(StandardCharsets.UTF_8);
  }

  /// Starts it; skips the test where Jinja is missing.
  static JinjaTemplates start() throws IOException, InterruptedException {
    int found =
        new ProcessBuilder(PYTHON, "-c", "import jinja2")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
    boolean isRequired = "all".equals(System.getenv("VOLTBUS_REQUIRE"));
    assumeTrue(found == 0 || isRequired, "skipped: python3-jinja2 is not installed");
    return new JinjaTemplates(
        new ProcessBuilder(PYTHON, SCRIPT.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  /// What Home Assistant would show.
  String state(String template, String payload) throws IOException {
    return rendered(template, payload);
  }

  /// What Home Assistant would send when a person sets a number.
  String command(String template, double number) throws IOException {
    return rendered(template, number);
  }

  private String rendered(String template, Object payload) throws IOException {
    orders.write(JSON.writeValueAsString(Map.of("template", template, "payload", payload)) + "\n");
    orders.flush();
    String answer = Objects.requireNonNull(answers.readLine(), "templates.py has ended");
    return JSON.readTree(answer).asText();
  }

  @Override
  public void close() {
    process.destroy();
  }
}
