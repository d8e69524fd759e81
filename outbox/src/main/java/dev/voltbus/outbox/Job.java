package dev.voltbus.outbox;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Something for the outbox's thread to do. It decides on that thread; the promise is settled on
/// the owner's context, many in one turn.
abstract sealed class Job<T> {
  /// What a job without a payload counts in the queue.
  private static final int SMALL = 64;

  private final Promise<T> promise = Promise.promise();
  private @Nullable T result;
  private @Nullable Throwable failure;
  private boolean decided;

  final Future<T> future() {
    return promise.future();
  }

  /// Bytes it takes in the queue.
  int size() {
    return SMALL;
  }

  final void succeed(@Nullable T value) {
    result = value;
    decided = true;
  }

  /// Without effect on a job that is decided.
  final void fail(Throwable reason) {
    if (!decided) {
      failure = reason;
      decided = true;
    }
  }

  final void settle() {
    if (failure != null) {
      promise.fail(failure);
    } else {
      promise.complete(result);
    }
  }

  /// Store a record.
  static final class Append extends Job<Stored> {
    private final byte[] payload;
    private final long timeMillis;

    Append(byte[] payload, long timeMillis) {
      this.payload = payload;
      this.timeMillis = timeMillis;
    }

    @Override
    int size() {
      return SegmentFormat.RECORD_HEADER + payload.length;
    }

    OutboxRecord record(long sequence) {
      return new OutboxRecord(sequence, timeMillis, payload);
    }
  }

  /// Read what is behind a sequence.
  static final class Read extends Job<List<OutboxRecord>> {
    private final long after;
    private final int most;

    Read(long after, int most) {
      this.after = after;
      this.most = most;
    }

    long after() {
      return after;
    }

    int most() {
      return most;
    }
  }

  /// Save the acknowledgements and apply the bounds now.
  static final class Flush extends Job<Void> {}

  /// The last one: flush, and let go of the folder.
  static final class Close extends Job<Void> {}
}
