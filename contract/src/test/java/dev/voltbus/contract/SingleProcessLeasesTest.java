package dev.voltbus.contract;

import static dev.voltbus.contract.Waiting.await;
import static dev.voltbus.contract.Waiting.awaitFailure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class SingleProcessLeasesTest extends LeasesContract {
  private static final Shard RACK = new Shard(Shard.Kind.LINK, "demo", "rack");

  @Override
  protected Leases start() {
    return new SingleProcessLeases(time);
  }

  private record Failing(
      Promise<Lease> lease, Supplier<Future<Void>> atBegin, Supplier<Future<Void>> atEnd)
      implements ShardDuty {

    @Override
    public Future<Void> begin(Lease won) {
      lease.complete(won);
      return atBegin.get();
    }

    @Override
    public Future<Void> end() {
      return atEnd.get();
    }
  }

  private static Future<Void> thrown() {
    throw new IllegalStateException("thrown");
  }

  /// A broker whose settings are wrong is put right and tried again without a restart.
  @Test
  void aDutyThatFailsToBeginLeavesTheShardFree() {
    beginsAndFails(() -> Future.failedFuture("refused"), "refused");
    beginsAndFails(SingleProcessLeasesTest::thrown, "thrown");
  }

  private void beginsAndFails(Supplier<Future<Void>> begin, String message) {
    Leases leases = start();
    Failing duty = new Failing(Promise.promise(), begin, Future::succeededFuture);
    assertEquals(message, awaitFailure(leases.compete(RACK, duty)).getMessage());
    assertFalse(await(duty.lease().future()).isValid());
    Recording next = new Recording();
    await(await(leases.compete(RACK, next)).release());
  }

  @Test
  void aDutyThatFailsToEndLeavesTheShardFree() {
    endsAndFails(() -> Future.failedFuture("refused"), "refused");
    endsAndFails(SingleProcessLeasesTest::thrown, "thrown");
  }

  private void endsAndFails(Supplier<Future<Void>> end, String message) {
    Leases leases = start();
    Failing duty = new Failing(Promise.promise(), Future::succeededFuture, end);
    Leases.Claim claim = await(leases.compete(RACK, duty));
    assertEquals(message, awaitFailure(claim.release()).getMessage());
    assertFalse(await(duty.lease().future()).isValid());
    await(await(leases.compete(RACK, new Recording())).release());
  }
}
