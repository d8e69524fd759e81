package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/// One start of the packaged product: a process of its own, what it printed, and its end.
final class PackagedProduct implements AutoCloseable {
  static final Path HOME = Path.of(System.getProperty("voltbus.home"));
  static final Duration STOP_LIMIT = Duration.ofSeconds(5);

  private static final Path ENV = Path.of("/usr/bin/env");
  private static final Duration START_LIMIT = Duration.ofSeconds(30);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);
  private static final Duration HTTP_LIMIT = Duration.ofSeconds(5);
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(HTTP_LIMIT).version(HttpClient.Version.HTTP_1_1).build();

  private final Process process;
  private final long startedNanos = System.nanoTime();
  private final List<String> out = new CopyOnWriteArrayList<>();
  private final List<String> err = new CopyOnWriteArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition printed = lock.newCondition();
  private final List<Thread> readers;

  private PackagedProduct(Process process) {
    this.process = process;
    this.readers =
        List.of(read(process.inputReader(StandardCharsets.UTF_8), out),
            read(process.errorReader(StandardCharsets.UTF_8), err));
  }

  static PackagedProduct start(String... arguments) throws IOException {
    return start(Map.of(), arguments);
  }

  /// @param environment variables added to this process's own
  static PackagedProduct start(Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> line = new ArrayList<>();
    if (Files.isExecutable(ENV) && System.getProperty("os.name").equals("Linux")) {
      // A shell starts what runs in the background with SIGINT ignored, and Java keeps to that.
      line.addAll(List.of(ENV.toString(), "--default-signal=INT"));
    }
    line.add(HOME.resolve("voltbus").toString());
    line.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(line);
    builder.environment().keySet().removeIf(name -> name.endsWith("_PORT"));
    builder.environment().putAll(environment);
    return new PackagedProduct(builder.start());
  }

  private Thread read(BufferedReader reader, List<String> lines) {
    return Thread.ofVirtual().start(() -> {
      try (reader) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          keep(line, lines);
        }
      } catch (IOException ended) {
        keep("(output ended: " + ended.getMessage() + ")", lines);
      }
    });
  }

  private void keep(String line, List<String> lines) {
    lock.lock();
    try {
      lines.add(line);
      printed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Waits for a line, on either output, that contains a text.
  PackagedProduct awaitLine(String text) {
    long end = System.nanoTime() + START_LIMIT.toNanos();
    lock.lock();
    try {
      while (lines().noneMatch(line -> line.contains(text))) {
        assertTrue(process.isAlive(), () -> "ended before `" + text + "`\n" + output());
        long left = end - System.nanoTime();
        assertTrue(left > 0, () -> "no `" + text + "` in " + START_LIMIT + "\n" + output());
        var _ = printed.awaitNanos(Math.min(left, LOOK_AGAIN.toNanos()));
      }
      return this;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return fail("interrupted");
    } finally {
      lock.unlock();
    }
  }

  private Stream<String> lines() {
    return Stream.concat(out.stream(), err.stream());
  }

  /// Lines printed on standard output so far.
  List<String> standardOutput() {
    return List.copyOf(out);
  }

  /// All it printed, for the message of a failed test.
  String output() {
    return "output of process " + process.pid() + ":\n" + String.join("\n", lines().toList());
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  Duration sinceStart() {
    return Duration.ofNanos(System.nanoTime() - startedNanos);
  }

  /// Processor time used so far.
  Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /// @param name such as INT, TERM or KILL
  void signal(String name) throws IOException, InterruptedException {
    Process kill =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start();
    assertTrue(kill.waitFor() == 0, "kill -" + name + " failed");
  }

  /// Sends a signal and waits for the end.
  ///
  /// @return how long that took
  Duration end(String name) throws IOException, InterruptedException {
    long began = System.nanoTime();
    signal(name);
    awaitExit(STOP_LIMIT);
    return Duration.ofNanos(System.nanoTime() - began);
  }

  /// Waits for the end and returns the exit code.
  int awaitExit(Duration limit) throws InterruptedException {
    assertTrue(
        process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS),
        () -> "still runs after " + limit + "\n" + output());
    for (Thread reader : readers) {
      reader.join();
    }
    return process.exitValue();
  }

  /// Asks one of its web servers.
  static HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://" + Ports.HOST + ":" + port + path);
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(HTTP_LIMIT).build();
    return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
  }

  /// Ports that nobody listens on, all different.
  static List<Integer> freePorts(int count) throws IOException {
    List<ServerSocket> probes = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        probes.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return probes.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      for (ServerSocket probe : probes) {
        probe.close();
      }
    }
  }

  /// Ends the process at once if it still runs.
  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
