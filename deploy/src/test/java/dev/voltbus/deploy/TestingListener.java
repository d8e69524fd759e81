package dev.voltbus.deploy;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Hears everything a broker passes on, through a client that is not ours.
final class TestingListener implements AutoCloseable {

  /// One message.
  ///
  /// @param nanos when it arrived
  record Heard(long nanos, String topic, int qos, boolean retained, String payload) {
    JsonObject json() {
      return new JsonObject(payload);
    }

    /// Whether a listener published it to learn how far it has heard.
    boolean isMarker() {
      return topic.startsWith(MARKER);
    }
  }

  private static final String HERE = "127.0.0.1";
  private static final String MARKER = "marker/";
  private static final Path PAHO = Path.of("/usr/lib/python3/dist-packages/paho");
  private static final String PAHO_CLIENT = "src/test/resources/independent/paho_client.py";
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final Duration LIMIT = Duration.ofSeconds(15);

  private final List<String> prefix;
  private final String host;
  private final int port;
  private final Process process;
  private final List<Heard> heard = new ArrayList<>();

  private TestingListener(List<String> prefix, String host, int port, Process process) {
    this.prefix = prefix;
    this.host = host;
    this.port = port;
    this.process = process;
    Thread.ofPlatform().daemon().start(this::read);
  }

  /// Connects mosquitto_sub to a broker that listens.
  static TestingListener on(int port) throws IOException {
    return connected(List.of(), HERE, port, List.of());
  }

  /// Connects mosquitto_sub to a broker inside a network namespace.
  static TestingListener in(String namespace, String host, int port) throws IOException {
    return connected(List.of("ip", "netns", "exec", namespace), host, port, List.of());
  }

  /// Connects mosquitto_sub to a broker that wants a login.
  static TestingListener on(int port, String user, String password) throws IOException {
    return connected(List.of(), HERE, port, List.of("-u", user, "-P", password));
  }

  private static TestingListener connected(
      List<String> prefix, String host, int port, List<String> login) throws IOException {
    TestingMosquitto.require();
    List<String> command = new ArrayList<>(prefix);
    command.addAll(List.of("mosquitto_sub", "-h", host, "-p", Integer.toString(port)));
    command.addAll(List.of("-q", "2", "-t", "#", "-F", "%t\t%q\t%r\t%p"));
    command.addAll(login);
    return start(prefix, host, port, command);
  }

  /// The same through paho.
  ///
  /// @param session `clean`, or `persistent` for one that the broker keeps
  static TestingListener paho(int port, String clientId, String session) throws IOException {
    TestingMosquitto.require("python3-paho-mqtt", PAHO);
    return start(
        List.of(),
        HERE,
        port,
        List.of("/usr/bin/python3", PAHO_CLIENT, Integer.toString(port), clientId, session));
  }

  private static TestingListener start(
      List<String> prefix, String host, int port, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    return new TestingListener(
        prefix, host, port, builder.redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  private void read() {
    try (BufferedReader from = process.inputReader(StandardCharsets.UTF_8)) {
      String line = from.readLine();
      while (line != null) {
        String[] parts = line.split("\t", 4);
        synchronized (heard) {
          heard.add(
              new Heard(
                  System.nanoTime(),
                  parts[0],
                  Integer.parseInt(parts[1]),
                  parts[2].equals("1"),
                  parts[3]));
          heard.notifyAll();
        }
        line = from.readLine();
      }
    } catch (IOException ended) {
      throw new UncheckedIOException(ended);
    }
  }

  /// Waits until the broker hands on what is published, from now on and what it kept.
  TestingListener subscribed() throws IOException, InterruptedException {
    String marker = MARKER + UUID.randomUUID();
    long end = System.nanoTime() + LIMIT.toNanos();
    do {
      if (System.nanoTime() > end) {
        throw new AssertionError("not subscribed within " + LIMIT);
      }
      publish(marker);
    } while (!isHeard(marker));
    return this;
  }

  /// Everything that had reached the broker until now, without markers.
  List<Heard> all() throws IOException, InterruptedException {
    String marker = MARKER + UUID.randomUUID();
    publish(marker);
    await(message -> message.topic().equals(marker), LIMIT, "marker");
    return heard().stream().filter(message -> !message.isMarker()).toList();
  }

  private void publish(String topic) throws IOException, InterruptedException {
    publish(topic, "");
  }

  /// Publishes with QoS 1, not retained.
  void publish(String topic, String payload) throws IOException, InterruptedException {
    List<String> order = new ArrayList<>(prefix);
    order.addAll(List.of("mosquitto_pub", "-h", host, "-p", Integer.toString(port)));
    order.addAll(List.of("-q", "1", "-t", topic, "-m", payload));
    int code = new ProcessBuilder(order).inheritIO().start().waitFor();
    if (code != 0) {
      throw new IOException(order + " ended with " + code);
    }
  }

  private boolean isHeard(String topic) throws InterruptedException {
    synchronized (heard) {
      if (heard.stream().noneMatch(message -> message.topic().equals(topic))) {
        TimeUnit.NANOSECONDS.timedWait(heard, PAUSE.toNanos());
      }
      return heard.stream().anyMatch(message -> message.topic().equals(topic));
    }
  }

  /// All messages so far.
  List<Heard> heard() {
    synchronized (heard) {
      return List.copyOf(heard);
    }
  }

  /// What came behind the first so many messages.
  List<Heard> since(int first) {
    synchronized (heard) {
      return List.copyOf(heard.subList(first, heard.size()));
    }
  }

  List<Heard> heard(String topic) {
    return heard().stream().filter(message -> message.topic().equals(topic)).toList();
  }

  /// Waits for a message.
  Heard await(Predicate<Heard> wanted, Duration limit, String what) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    synchronized (heard) {
      int seen = 0;
      while (true) {
        for (; seen < heard.size(); seen++) {
          if (wanted.test(heard.get(seen))) {
            return heard.get(seen);
          }
        }
        long left = end - System.nanoTime();
        if (left <= 0) {
          throw new AssertionError(what + ": not heard within " + limit + ", but " + topics());
        }
        TimeUnit.NANOSECONDS.timedWait(heard, left);
      }
    }
  }

  /// Waits until what was heard altogether satisfies the caller.
  void awaitAll(Predicate<List<Heard>> enough, Duration limit, String what)
      throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    synchronized (heard) {
      while (!enough.test(heard)) {
        long left = end - System.nanoTime();
        if (left <= 0) {
          throw new AssertionError(what + ": not complete within " + limit + ": " + topics());
        }
        TimeUnit.NANOSECONDS.timedWait(heard, left);
      }
    }
  }

  /// How often each topic was heard.
  private Map<String, Long> topics() {
    return heard().stream()
        .collect(Collectors.groupingBy(Heard::topic, TreeMap::new, Collectors.counting()));
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
