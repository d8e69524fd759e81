package dev.voltbus.acquisition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.LinkStatus;
import dev.voltbus.contract.QualityReason;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.net.NetServer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A gateway that is up and has no connection to give, such as one that serves a single client.
class AcquisitionClosingGatewayTest {
  private final TestingAcquisition acquisition = new TestingAcquisition();

  @AfterEach
  void close() {
    acquisition.close();
  }

  /// Accepts a connection and closes it with the first byte.
  private static final class ClosingGateway extends VerticleBase {
    private final AtomicInteger connections = new AtomicInteger();
    private volatile int port;

    @Override
    public Future<?> start() {
      return vertx
          .createNetServer()
          .connectHandler(socket -> {
            connections.incrementAndGet();
            socket.handler(request -> socket.close().onFailure(gone -> {}));
          })
          .listen(0, "127.0.0.1")
          .map(NetServer::actualPort)
          .onSuccess(actual -> port = actual);
    }
  }

  // An open door is not a connection: to knock a hundred times a second would help nobody.
  @Test
  void aGatewayThatAcceptsAndClosesGetsTheSamePausesAsOneThatIsGone() {
    ClosingGateway gateway = acquisition.world(new ClosingGateway());
    long began = System.nanoTime();
    acquisition.deploy(
        Fixtures.site(
            "tcp://127.0.0.1:" + gateway.port,
            Fixtures.device("pack", 1, Duration.ofMillis(10), Fixtures.holding(1))));

    acquisition.until("some attempts", () -> gateway.connections.get() >= 5);

    long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    assertTrue(took >= 0.75 * (40 + 80 + 160 + 320), "5 attempts in " + took + " ms");
    LinkStatus status = acquisition.nextStatus();
    assertFalse(status.connected());
    assertTrue(status.reason().contains("accepts the connection and closes it"), status.reason());
    assertEquals(0, acquisition.waitingStatuses(), "it is told once");
    assertEquals(QualityReason.NO_CONNECTION, acquisition.nextPoll().blocks().getFirst().reason());
  }
}
