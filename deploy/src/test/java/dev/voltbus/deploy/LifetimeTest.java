package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.Future;
import java.net.BindException;
import org.junit.jupiter.api.Test;

final class LifetimeTest {

  @Test
  void aStartThatSucceedsGivesItsResult() {
    assertEquals("node", Lifetime.await(Future.succeededFuture("node"), "join"));
  }

  // What is printed must name what failed and why, in one line.
  @Test
  void aStartThatFailsBecomesOneLine() {
    Future<String> failed = Future.failedFuture(new BindException("Address already in use"));
    CommandException shown =
        assertThrows(CommandException.class, () -> Lifetime.await(failed, "join the cluster"));
    assertEquals("could not join the cluster: Address already in use", shown.getMessage());
  }
}
