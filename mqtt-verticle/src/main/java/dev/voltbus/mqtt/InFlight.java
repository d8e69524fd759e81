package dev.voltbus.mqtt;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The QoS 1 and 2 messages of one connection that the broker has not acknowledged yet. Packet ids
/// run through a ring, so that an id is used again as late as possible.
final class InFlight {
  /// Enough for one poll of a large device; a broker that leaves more unanswered is in trouble.
  static final int WINDOW = 4096;

  private final @Nullable Promise<Void>[] waiting = ring();
  private final int[] free = new int[WINDOW];
  private int nextFree;
  private int count;

  @SuppressWarnings({"unchecked", "rawtypes"}) // Java has no generic arrays
  private static @Nullable Promise<Void>[] ring() {
    return new Promise[WINDOW];
  }

  InFlight() {
    for (int i = 0; i < WINDOW; i++) {
      free[i] = i + 1;
    }
  }

  int size() {
    return count;
  }

  boolean isFull() {
    return count == WINDOW;
  }

  /// Takes a packet id, 1..WINDOW; only while not full.
  int take() {
    int id = free[nextFree];
    nextFree = (nextFree + 1) % WINDOW;
    count++;
    waiting[id - 1] = Promise.promise();
    return id;
  }

  /// Completes when the broker has acknowledged the packet.
  Future<Void> outcome(int id) {
    @Nullable Promise<Void> promise = waiting[id - 1];
    return promise == null ? Future.succeededFuture() : promise.future();
  }

  void acknowledged(int id) {
    @Nullable Promise<Void> promise = release(id);
    if (promise != null) {
      promise.complete();
    }
  }

  void failed(int id, Throwable cause) {
    @Nullable Promise<Void> promise = release(id);
    if (promise != null) {
      promise.fail(cause);
    }
  }

  private @Nullable Promise<Void> release(int id) {
    @Nullable Promise<Void> promise = id >= 1 && id <= WINDOW ? waiting[id - 1] : null;
    if (promise != null) {
      waiting[id - 1] = null;
      free[(nextFree + WINDOW - count) % WINDOW] = id;
      count--;
    }
    return promise;
  }

  /// The connection is lost: nothing will be acknowledged any more.
  void failAll(Throwable cause) {
    List<Promise<Void>> lost = new ArrayList<>();
    for (int i = 0; i < WINDOW; i++) {
      @Nullable Promise<Void> promise = release(i + 1);
      if (promise != null) {
        lost.add(promise);
      }
    }
    lost.forEach(promise -> promise.fail(cause));
  }
}
