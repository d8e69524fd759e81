package dev.voltbus.simulator;

import io.vertx.core.json.JsonArray;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// `independent/client.py` as a process: one order, one answer.
final class PythonClient implements AutoCloseable {
  private static final String PYTHON = "/usr/bin/python3";

  private final Process process;
  private final BufferedReader answers;
  private final Writer orders;

  private PythonClient(Process process) {
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.orders = process.outputWriter(StandardCharsets.UTF_8);
  }

  static boolean isInstalled() throws IOException, InterruptedException {
    return Files.isExecutable(Path.of(PYTHON))
        && new ProcessBuilder(PYTHON, "-c", "import pymodbus.client")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor()
            == 0;
  }

  static PythonClient of(BatterySite site) throws IOException {
    return new PythonClient(
        new ProcessBuilder(
                PYTHON,
                script(),
                RegisterFacts.file(RegisterFacts.TINYBMS).toString(),
                "" + BatterySite.TINYBMS_UNIT,
                "" + site.packServer().port(),
                RegisterFacts.file(RegisterFacts.BYD).toString(),
                "" + BatterySite.BYD_UNIT,
                "" + site.towerServer().port())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  private static String script() {
    String file = "../independent/client.py";
    return RegisterFacts.file(file).normalize().toString();
  }

  /// The values the client makes of a row.
  List<String> read(RegisterFacts row) {
    Object answer = ask("read", row.list(), row.address());
    return answer instanceof JsonArray values
        ? values.stream().map(Object::toString).toList()
        : List.of(answer.toString());
  }

  /// What the client is told when it writes a number in the unit of the list.
  String write(RegisterFacts row, int function, String number) {
    return ask("write", row.list(), row.address(), function, number).toString();
  }

  /// What the client is told when it writes zeros.
  String poke(RegisterFacts row, int function) {
    return ask("poke", row.list(), row.address(), function).toString();
  }

  private Object ask(Object... order) {
    try {
      orders.write(String.join(" ", Arrays.stream(order).map(Object::toString).toList()) + "\n");
      orders.flush();
      String line = Objects.requireNonNull(answers.readLine(), "the client has ended");
      return new JsonArray(line).getValue(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
