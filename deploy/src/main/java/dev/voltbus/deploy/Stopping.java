package dev.voltbus.deploy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Lets a command that goes on for some time end in order when it is told to (Ctrl-C, SIGTERM): its
/// connection is closed and its last line is printed before the process ends.
final class Stopping implements AutoCloseable {
  /// The process ends after this whatever the command does.
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final CountDownLatch told = new CountDownLatch(1);
  private final CountDownLatch over = new CountDownLatch(1);
  private final Thread hook = Thread.ofPlatform().name("voltbus-stop").unstarted(this::stop);

  private Stopping() {}

  static Stopping watch() {
    Stopping watched = new Stopping();
    Runtime.getRuntime().addShutdownHook(watched.hook);
    return watched;
  }

  private void stop() {
    told.countDown();
    try {
      over.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  boolean isTold() {
    return told.getCount() == 0;
  }

  /// Waits; true if the command was told to end.
  boolean waitFor(long nanos) {
    try {
      return told.await(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /// The command is over.
  @Override
  public void close() {
    over.countDown();
    if (!isTold()) {
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }
}
