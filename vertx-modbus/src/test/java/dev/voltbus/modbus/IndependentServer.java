package dev.voltbus.modbus;

import io.vertx.core.json.JsonArray;
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
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// `independent/server.py` as a process: a Modbus server by pymodbus or libmodbus, whose tables a
/// test sets and gets beside the wire. One order, one answer.
final class IndependentServer implements AutoCloseable {
  static final int UNIT = 17;

  private static final String PYTHON = "/usr/bin/python3";
  private static final Path SCRIPT = Path.of("src/test/resources/independent/server.py");

  private final Process process;
  private final BufferedReader answers;
  private final Writer orders;
  private final int port;

  private IndependentServer(Process process) throws IOException {
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.orders = process.outputWriter(StandardCharsets.UTF_8);
    this.port = Objects.requireNonNullElse((Integer) answer(), 0);
  }

  /// What is not installed, as a sentence; null when all is there.
  static @Nullable String missing() throws IOException, InterruptedException {
    if (!runs("import pymodbus.server.async_io, serial")) {
      return "python3-pymodbus is not installed, so it does not serve our client";
    }
    if (!SerialLinePair.isInstalled()) {
      return "socat is not installed, so no serial line leads to the servers";
    }
    return runs("import ctypes; ctypes.CDLL('libmodbus.so.5')")
        ? null
        : "libmodbus5 is not installed, so it does not serve our client";
  }

  private static boolean runs(String code) throws IOException, InterruptedException {
    return Files.isExecutable(Path.of(PYTHON))
        && new ProcessBuilder(PYTHON, "-c", code)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor()
            == 0;
  }

  /// Starts one that listens or has its device open.
  static IndependentServer start(String kind, String... device) throws IOException {
    List<String> command = new ArrayList<>(List.of(PYTHON, SCRIPT.toString(), kind));
    command.addAll(List.of(device));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try {
      return new IndependentServer(process);
    } catch (IOException | RuntimeException e) {
      process.destroy();
      throw e;
    }
  }

  /// Where it listens.
  int port() {
    return port;
  }

  void set(String table, int address, int... values) throws IOException {
    var _ = ask("set " + table + " " + address + " " + spaced(values));
  }

  int[] get(String table, int address, int count) throws IOException {
    JsonArray values =
        (JsonArray) Objects.requireNonNull(ask("get " + table + " " + address + " " + count));
    return IntStream.range(0, count).map(values::getInteger).toArray();
  }

  private static String spaced(int[] values) {
    return String.join(" ", Arrays.stream(values).mapToObj(Integer::toString).toList());
  }

  private @Nullable Object ask(String order) throws IOException {
    orders.write(order + "\n");
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
