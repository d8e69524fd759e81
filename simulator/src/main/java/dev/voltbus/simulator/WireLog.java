package dev.voltbus.simulator;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// The newest events of a server's wire. Any thread may ask.
final class WireLog {
  private final Deque<WireEvent> kept = new ArrayDeque<>();
  private final List<Consumer<WireEvent>> listeners = new CopyOnWriteArrayList<>();
  private volatile int most;

  WireLog(int most) {
    this.most = most;
  }

  /// @param events how many to keep, 0 for none
  void keep(int events) {
    most = events;
    synchronized (kept) {
      kept.clear();
    }
  }

  void listen(Consumer<WireEvent> listener) {
    listeners.add(listener);
  }

  List<WireEvent> events() {
    synchronized (kept) {
      return List.copyOf(kept);
    }
  }

  void add(long connection, WireEvent.Kind kind, Buffer bytes) {
    if (most == 0 && listeners.isEmpty()) {
      return;
    }
    WireEvent event = new WireEvent(System.nanoTime(), connection, kind, WireEvent.Bytes.of(bytes));
    listeners.forEach(listener -> listener.accept(event));
    synchronized (kept) {
      kept.addLast(event);
      while (kept.size() > most) {
        kept.removeFirst();
      }
    }
  }
}
