package dev.voltbus.simulator;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;

/// A simulated site on free loopback ports, in a Vert.x of its own.
final class TestingSite<S extends VerticleBase> implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final S site;

  private TestingSite(S site) {
    this.site = site;
  }

  static <S extends VerticleBase> TestingSite<S> start(S site) {
    TestingSite<S> started = new TestingSite<>(site);
    await(started.vertx.deployVerticle(site));
    return started;
  }

  S site() {
    return site;
  }

  static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    await(vertx.close());
  }
}
