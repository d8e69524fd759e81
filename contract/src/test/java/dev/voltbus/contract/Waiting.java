package dev.voltbus.contract;

import io.vertx.core.Future;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Waits for futures in tests, for an event with a limit.
final class Waiting {
  private static final int LIMIT_SECONDS = 10;

  private Waiting() {}

  static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError("future failed", e.getCause());
    } catch (TimeoutException | InterruptedException e) {
      throw new AssertionError("nothing happened in " + LIMIT_SECONDS + " s", e);
    }
  }

  static Throwable awaitFailure(Future<?> future) {
    Future<Throwable> turned =
        future.transform(outcome ->
            outcome.failed()
                ? Future.succeededFuture(outcome.cause())
                : Future.failedFuture("succeeded with " + outcome.result()));
    return await(turned);
  }
}
