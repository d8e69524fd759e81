package dev.voltbus.mqtt;

import dev.voltbus.contract.Lease;
import dev.voltbus.contract.ShardDuty;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Takes up the work on one publication with its lease, and lays it down with it.
final class PublicationDuty implements ShardDuty {
  private final Context context;
  private final PublicationWork.Lasting lasting;
  private @Nullable PublicationWork work;

  /// @param context the event loop all of it runs on
  PublicationDuty(Context context, PublicationWork.Lasting lasting) {
    this.context = context;
    this.lasting = lasting;
  }

  @Override
  public Future<Void> begin(Lease lease) {
    return onContext(() -> beginHere(lease));
  }

  @Override
  public Future<Void> end() {
    return onContext(this::endHere);
  }

  /// Leases may call from another thread.
  private Future<Void> onContext(Supplier<Future<Void>> part) {
    Promise<Void> promise = Promise.promise();
    context.runOnContext(
        done -> Future.<Void>succeededFuture().compose(v -> part.get()).onComplete(promise));
    return promise.future();
  }

  private Future<Void> beginHere(Lease lease) {
    if (work != null) {
      throw new IllegalStateException(
          "publication " + lasting.publication().name() + " is held already");
    }
    PublicationWork fresh = new PublicationWork(lasting, lease);
    work = fresh;
    return fresh.begin().recover(failure -> undo(fresh, failure));
  }

  /// A duty that fails to begin is not ended by the leases.
  private Future<Void> undo(PublicationWork begun, Throwable failure) {
    if (work == begun) {
      work = null;
    }
    return begun.end().eventually(() -> Future.failedFuture(failure));
  }

  private Future<Void> endHere() {
    @Nullable PublicationWork last = work;
    work = null;
    return last == null ? Future.succeededFuture() : last.end();
  }
}
