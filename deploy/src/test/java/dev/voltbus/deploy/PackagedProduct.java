package dev.voltbus.deploy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/// A process of the packaged product, started by its start script as a user would.
final class PackagedProduct implements AutoCloseable {
  static final Path HOME = Path.of(System.getProperty("voltbus.home", "target/voltbus"));

  /// A shell starts what runs in the background with SIGINT ignored, nohup with SIGHUP, and Java
  /// keeps to that.
  private static final List<String> DEFAULT_SIGNALS =
      System.getProperty("os.name", "").equals("Linux")
          ? List.of("env", "--default-signal=INT,HUP")
          : List.of();

  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final int FIRST_PORT = 20_000;
  private static final int PORTS = 12_000;

  /// Begins anywhere: another run of the tests may be under way.
  private static final AtomicInteger NEXT_PORT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(PORTS));

  private final Process process;
  private final Thread reader;
  private final List<String> lines = new ArrayList<>();

  private PackagedProduct(Process process) {
    this.process = process;
    this.reader = Thread.ofPlatform().daemon().start(this::read);
  }

  static PackagedProduct start(Map<String, String> environment, String... arguments)
      throws IOException {
    return start(List.of(), environment, arguments);
  }

  /// One inside a network namespace.
  static PackagedProduct startIn(String namespace, String... arguments) throws IOException {
    return start(List.of("ip", "netns", "exec", namespace), Map.of(), arguments);
  }

  private static PackagedProduct start(
      List<String> prefix, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(DEFAULT_SIGNALS);
    command.add(HOME.toAbsolutePath().resolve("voltbus").toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    return new PackagedProduct(builder.start());
  }

  /// A port that stays free until somebody asks for this very one: it lies below those that the
  /// system gives to outgoing connections, and is named by this process only once.
  static int freePort() {
    for (int tries = 0; tries < PORTS; tries++) {
      int port = FIRST_PORT + NEXT_PORT.getAndIncrement() % PORTS;
      if (Ports.isFree(port)) {
        return port;
      }
    }
    throw new AssertionError("no port is free from " + FIRST_PORT + " on");
  }

  private void read() {
    try (BufferedReader from = process.inputReader(StandardCharsets.UTF_8)) {
      String line = from.readLine();
      while (line != null) {
        synchronized (lines) {
          lines.add(line);
          lines.notifyAll();
        }
        line = from.readLine();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      synchronized (lines) {
        lines.notifyAll();
      }
    }
  }

  long pid() {
    return process.pid();
  }

  /// Everything it said so far.
  String output() {
    synchronized (lines) {
      return String.join("\n", lines);
    }
  }

  /// Waits for a line; fails with the whole output.
  String awaitLine(Predicate<String> wanted, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    synchronized (lines) {
      while (true) {
        for (String line : lines) {
          if (wanted.test(line)) {
            return line;
          }
        }
        long left = end - System.nanoTime();
        if (left <= 0 || (!process.isAlive() && !reader.isAlive())) {
          throw new AssertionError("not said within " + limit + ":\n" + output());
        }
        TimeUnit.NANOSECONDS.timedWait(lines, Math.min(left, 100_000_000));
      }
    }
  }

  /// Sends a signal such as INT, TERM or KILL.
  void signal(String name) throws IOException, InterruptedException {
    int code =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    if (code != 0) {
      throw new AssertionError("kill -" + name + " " + process.pid() + " ended with " + code);
    }
  }

  /// Waits for its end; fails with the whole output.
  int awaitExit(Duration limit) throws InterruptedException {
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("still runs after " + limit + ":\n" + output());
    }
    reader.join(limit);
    return process.exitValue();
  }

  /// True if it is still alive after this time.
  boolean staysAliveFor(Duration time) throws InterruptedException {
    return !process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  static HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(ANSWER)
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
