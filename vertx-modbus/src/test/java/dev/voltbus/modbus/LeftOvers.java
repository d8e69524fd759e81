package dev.voltbus.modbus;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// What a client could leave behind: handles, threads of both kinds, timers.
record LeftOvers(int handles, int platformThreads, int clientThreads, int timers) {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  static LeftOvers now(Vertx vertx) throws Exception {
    return new LeftOvers(
        OpenHandles.count(),
        ManagementFactory.getThreadMXBean().getThreadCount(),
        countClientThreads(),
        countTimers(vertx));
  }

  /// Threads of clients and of their name look-ups, virtual ones too, which only a dump shows.
  private static int countClientThreads() throws IOException {
    Path dump = Files.createTempDirectory("voltbus-threads").resolve("dump.txt");
    try {
      ManagementFactory.getPlatformMXBean(com.sun.management.HotSpotDiagnosticMXBean.class)
          .dumpThreads(
              dump.toString(),
              com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
      return (int) Files.readAllLines(dump).stream().filter(l -> l.contains("\"modbus-")).count();
    } finally {
      Files.deleteIfExists(dump);
      Files.deleteIfExists(dump.getParent());
    }
  }

  /// Vert.x does not tell how many timers it has; its own table does.
  private static int countTimers(Vertx vertx) throws ReflectiveOperationException {
    Field timeouts = field(vertx.getClass(), "timeouts");
    timeouts.setAccessible(true);
    return ((Map<?, ?>) timeouts.get(vertx)).size();
  }

  private static Field field(Class<?> start, String name) throws NoSuchFieldException {
    for (Class<?> type = start; type != null; type = type.getSuperclass()) {
      for (Field each : type.getDeclaredFields()) {
        if (each.getName().equals(name)) {
          return each;
        }
      }
    }
    throw new NoSuchFieldException(start + "." + name);
  }

  /// What ends by itself soon may take its time; platform threads come and go by a few, as the JVM
  /// and Vert.x start workers.
  void assertNothingMore(Vertx vertx) throws Exception {
    long limit = System.nanoTime() + LIMIT.toNanos();
    LeftOvers after = now(vertx);
    while (!after.isWithin(this)) {
      if (System.nanoTime() - limit > 0) {
        throw new AssertionError("before " + this + ", after " + after);
      }
      after = now(vertx);
    }
  }

  private boolean isWithin(LeftOvers before) {
    return handles <= before.handles + 3
        && platformThreads <= before.platformThreads + 3
        && clientThreads <= before.clientThreads
        && timers <= before.timers;
  }
}
