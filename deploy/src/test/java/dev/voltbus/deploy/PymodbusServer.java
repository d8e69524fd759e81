package dev.voltbus.deploy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// `independent/server.py` as a process: one order, one answer. It serves the rows of both register
/// lists over Modbus TCP and over RTU frames on TCP.
final class PymodbusServer implements AutoCloseable {
  static final String TINYBMS = "tinybms-registers.csv";
  static final String BYD = "byd-modbus-registers.csv";

  private static final String PYTHON = "/usr/bin/python3";
  private static final Path RESOURCES = Path.of("src/test/resources");

  private final Process process;
  private final BufferedReader answers;
  private final Writer orders;
  private final List<String> urls;

  private PymodbusServer(Process process) throws IOException {
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.orders = process.outputWriter(StandardCharsets.UTF_8);
    JsonObject ports = (JsonObject) answer();
    this.urls =
        List.of(
            "tcp://127.0.0.1:" + ports.getInteger("tcp"),
            "rtu+tcp://127.0.0.1:" + ports.getInteger("rtu"));
  }

  static boolean isInstalled() throws IOException, InterruptedException {
    return Files.isExecutable(Path.of(PYTHON))
        && new ProcessBuilder(PYTHON, "-c", "import pymodbus.server.async_io")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor()
            == 0;
  }

  /// Starts it.
  ///
  /// @param forms `LIST:ADDRESS=FORM` where a row is not what its type says
  static PymodbusServer start(long seed, int packUnit, int towerUnit, List<String> forms)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(PYTHON, RESOURCES.resolve("independent/server.py").toString()));
    command.add(Long.toString(seed));
    command.addAll(List.of(facts(TINYBMS), Integer.toString(packUnit)));
    command.addAll(List.of(facts(BYD), Integer.toString(towerUnit)));
    command.addAll(forms);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try {
      return new PymodbusServer(process);
    } catch (IOException | RuntimeException e) {
      process.destroy();
      throw e;
    }
  }

  private static String facts(String list) {
    return RESOURCES.resolve("facts").resolve(list).toString();
  }

  /// Where it listens, once for each framing.
  List<String> urls() {
    return urls;
  }

  /// Sends an order; null is an answer too.
  @Nullable Object ask(Object... order) throws IOException {
    orders.write(String.join(" ", Arrays.stream(order).map(Object::toString).toList()) + "\n");
    orders.flush();
    return answer();
  }

  private @Nullable Object answer() throws IOException {
    String line = Objects.requireNonNull(answers.readLine(), "the server has ended");
    return new JsonArray(line).getValue(0);
  }

  @Override
  public void close() {
    try {
      orders.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      process.destroy();
      process.onExit().join();
    }
  }
}
