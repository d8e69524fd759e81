package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.voltbus.contract.Site;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class GatewayTest {
  private final Vertx vertx = Vertx.vertx();
  private final Gateway gateway = new Gateway(vertx);
  private final List<String> events = new CopyOnWriteArrayList<>();

  @AfterEach
  void closeVertx() {
    vertx.close().await();
  }

  /// Says when it starts and stops, and fails where its name tells it to.
  private final class Part extends VerticleBase {
    private final String name;

    Part(String name) {
      this.name = name;
    }

    @Override
    public Future<?> start() {
      return say("start");
    }

    @Override
    public Future<?> stop() {
      return say("stop");
    }

    private Future<?> say(String event) {
      events.add(event + " " + name);
      return name.contains("fails to " + event)
          ? Future.failedFuture(name)
          : Future.succeededFuture();
    }
  }

  private Future<Void> start(String... names) {
    List<Deployable> parts = List.of(names).stream().<Deployable>map(Part::new).toList();
    Site site = new Site("test", List.of(), List.of(), List.of());
    return gateway.start(site, EnumSet.noneOf(Role.class), 0, parts);
  }

  @Test
  void stopsInReverseOrderAndGoesOnWhenAPartFails() {
    start("one", "two fails to stop", "three").await();
    assertEquals(HealthBoard.Phase.RUNNING, gateway.health().phase());
    gateway.stop().otherwiseEmpty().await();
    assertEquals(HealthBoard.Phase.STOPPING, gateway.health().phase());
    assertEquals(
        List.of(
            "start one",
            "start two fails to stop",
            "start three",
            "stop three",
            "stop two fails to stop",
            "stop one"),
        events);
  }

  // A process with half of its roles must not say that it is ready.
  @Test
  void aPartThatFailsToStartEndsTheStart() {
    Future<Void> started = start("one", "two fails to start", "three");
    assertThrows(Exception.class, started::await);
    assertEquals(HealthBoard.Phase.STARTING, gateway.health().phase());
    assertEquals(List.of("start one", "start two fails to start"), events);
    gateway.stop().await();
    assertEquals("stop one", events.getLast());
  }
}
