package dev.voltbus.deploy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The life of the process around a gateway: waits, prints, and stops in order when told to.
final class Lifetime {
  private static final Logger LOG = LoggerFactory.getLogger(Lifetime.class);
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(4);

  /// Whoever stops a process waits no longer than 5 s, also where all of a machine are stopped at
  /// once.
  private static final Duration LONGEST_STOP = Duration.ofMillis(4_200);

  /// A member that leaves and is gone at once lets its peers hang on the dead address.
  private static final Duration LINGER = Duration.ofSeconds(2);

  private final Vertx vertx;
  private final Gateway gateway;
  private final boolean clustered;
  private final CountDownLatch stopped = new CountDownLatch(1);

  Lifetime(Vertx vertx, Gateway gateway, boolean clustered) {
    this.vertx = vertx;
    this.gateway = gateway;
    this.clustered = clustered;
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("voltbus-stop").unstarted(this::stop));
  }

  /// Waits for the start of something.
  ///
  /// @throws CommandException with the cause in one line if it fails or takes too long
  static <T> T await(Future<T> start, String what) {
    try {
      return start
          .toCompletionStage()
          .toCompletableFuture()
          .get(START_LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      LOG.debug("could not {}", what, e);
      Throwable cause = e.getCause();
      throw new CommandException(
          "could not " + what + ": " + (cause == null ? e : cause).getMessage());
    } catch (TimeoutException e) {
      throw new CommandException("could not " + what + " within " + START_LIMIT.toSeconds() + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("interrupted, could not " + what);
    }
  }

  void await(Future<Void> start) {
    await(start, "start");
  }

  void say(String line) {
    LOG.info("{}", line);
  }

  /// Blocks until the process was told to stop (Ctrl-C, SIGTERM) and has stopped.
  int untilStopped() {
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return 0;
  }

  private void stop() {
    long began = System.nanoTime();
    try {
      gateway
          .stop()
          .eventually(vertx::close)
          .toCompletionStage()
          .toCompletableFuture()
          .get(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("stop was not clean: {}", String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (clustered) {
      linger(Math.min(System.nanoTime() + LINGER.toNanos(), began + LONGEST_STOP.toNanos()));
    }
    stopped.countDown();
  }

  private static void linger(long untilNanos) {
    while (untilNanos - System.nanoTime() > 0) {
      LockSupport.parkNanos(untilNanos - System.nanoTime());
    }
  }
}
