package dev.voltbus.deploy;

import io.vertx.core.json.JsonArray;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// `independent/client.py` as a process: one order, one answer.
final class PymodbusClient implements AutoCloseable {
  private static final String PYTHON = "/usr/bin/python3";
  private static final String SCRIPT = "src/test/resources/independent/client.py";

  private final Process process;
  private final BufferedReader answers;
  private final Writer orders;

  private PymodbusClient(Process process) {
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.orders = process.outputWriter(StandardCharsets.UTF_8);
  }

  static PymodbusClient of(int port) throws IOException {
    return new PymodbusClient(
        new ProcessBuilder(PYTHON, SCRIPT, Integer.toString(port))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  /// What the client got: `[1,2]`, `"exception 2"`.
  String ask(String order) throws IOException {
    orders.write(order + "\n");
    orders.flush();
    String line = Objects.requireNonNull(answers.readLine(), "the client has ended");
    return String.valueOf(new JsonArray(line).getValue(0));
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
