package dev.voltbus.contract;

import static dev.voltbus.contract.Waiting.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What every form of `Leases` promises to a role. A subclass says how the form is started; its
/// process has no competitor during these tests.
public abstract class LeasesContract {
  private static final Shard RACK = new Shard(Shard.Kind.LINK, "demo", "rack");
  private static final Shard OTHER = new Shard(Shard.Kind.DEVICE, "demo", "rack");

  protected final TestingTimeSource time = TestingTimeSource.atNewYear();

  /// Leases of a freshly started process whose wall clock is `time`. Called again it stands for a
  /// full restart: nothing of what the last one knew is left except what the form keeps on disk.
  protected abstract Leases start();

  /// A duty that writes down what happens to it.
  protected static final class Recording implements ShardDuty {
    private final Promise<Lease> begun = Promise.promise();
    private final Promise<Boolean> validAtEnd = Promise.promise();
    private int ends;

    @Override
    public Future<Void> begin(Lease lease) {
      begun.complete(lease);
      return Future.succeededFuture();
    }

    @Override
    public Future<Void> end() {
      ends++;
      validAtEnd.tryComplete(lease().isValid());
      return Future.succeededFuture();
    }

    /// Waits until the duty has begun.
    public Lease lease() {
      return await(begun.future());
    }
  }

  private static long tokenOfOneTurn(Leases leases, Shard shard) {
    Recording duty = new Recording();
    Leases.Claim claim = await(leases.compete(shard, duty));
    long token = duty.lease().token();
    await(claim.release());
    return token;
  }

  @Test
  public void aFreeShardIsWonAndItsLeaseIsValid() {
    Recording duty = new Recording();
    Leases.Claim claim = await(start().compete(RACK, duty));
    assertEquals(RACK, duty.lease().shard());
    assertTrue(duty.lease().isValid());
    assertFalse(duty.lease().isTakenOver());
    await(claim.release());
  }

  @Test
  public void theTokenGrowsWithEveryTurn() {
    Leases leases = start();
    long first = tokenOfOneTurn(leases, RACK);
    long second = tokenOfOneTurn(leases, RACK);
    assertTrue(second > first, second + " after " + first);
  }

  /// Receivers refuse a lower token, so a clock that is corrected must not stop a site.
  @Test
  public void theTokenGrowsWhenTheClockIsSetBack() {
    Leases leases = start();
    long first = tokenOfOneTurn(leases, RACK);
    time.setBack(Duration.ofDays(1));
    long second = tokenOfOneTurn(leases, RACK);
    assertTrue(second > first, second + " after " + first);
  }

  @Test
  public void theTokenGrowsAcrossARestart() {
    long first = tokenOfOneTurn(start(), RACK);
    time.advance(Duration.ofMillis(1));
    long second = tokenOfOneTurn(start(), RACK);
    assertTrue(second > first, second + " after " + first);
  }

  /// A receiver that starts later must refuse a former holder from the first message on.
  @Test
  public void theHighestTokenOfAShardIsKnownToAnyone() {
    Leases leases = start();
    Shard unheard = new Shard(Shard.Kind.SITE, "demo", "demo");
    assertEquals(0L, await(leases.token(unheard)));
    tokenOfOneTurn(leases, RACK);
    long second = tokenOfOneTurn(leases, RACK);
    assertEquals(second, await(leases.token(RACK)));
  }

  @Test
  public void theLeaseIsNotValidAfterRelease() {
    Recording duty = new Recording();
    Leases.Claim claim = await(start().compete(RACK, duty));
    Lease lease = duty.lease();
    await(claim.release());
    assertFalse(lease.isValid());
  }

  /// The duty still needs its lease to say goodbye: a last message, a closed socket.
  @Test
  public void theDutyEndsBeforeTheLeaseIsReleased() {
    Recording duty = new Recording();
    Leases.Claim claim = await(start().compete(RACK, duty));
    duty.lease();
    await(claim.release());
    assertTrue(await(duty.validAtEnd.future()));
  }

  @Test
  public void releasingTwiceEndsTheDutyOnce() {
    Recording duty = new Recording();
    Leases.Claim claim = await(start().compete(RACK, duty));
    duty.lease();
    await(claim.release());
    await(claim.release());
    assertEquals(1, duty.ends);
  }

  /// Two duties of one process on one link would talk over each other.
  @Test
  public void aSecondClaimOfTheSameProcessIsRefused() {
    Leases leases = start();
    Recording duty = new Recording();
    Leases.Claim claim = await(leases.compete(RACK, duty));
    IllegalStateException refusal =
        assertThrows(IllegalStateException.class, () -> leases.compete(RACK, new Recording()));
    assertEquals("shard demo/link/rack is already claimed in this process", refusal.getMessage());
    assertTrue(duty.lease().isValid());
    await(claim.release());
  }

  @Test
  public void shardsOfDifferentKindsDoNotMeet() {
    Leases leases = start();
    Leases.Claim rack = await(leases.compete(RACK, new Recording()));
    Recording duty = new Recording();
    Leases.Claim other = await(leases.compete(OTHER, duty));
    await(rack.release());
    assertTrue(duty.lease().isValid());
    await(other.release());
  }
}
