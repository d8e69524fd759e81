package dev.voltbus.mqtt;

import dev.voltbus.contract.Health;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Keeps the state of each part: `up`, or the reason why it is down.
final class RecordingHealth implements Health {
  private final Map<String, String> parts = new ConcurrentHashMap<>();
  private final AtomicInteger ups = new AtomicInteger();

  @Override
  public void up(String part) {
    parts.put(part, "up");
    ups.incrementAndGet();
  }

  @Override
  public void down(String part, String reason) {
    parts.put(part, reason);
  }

  @Override
  public void gone(String part) {
    parts.remove(part);
  }

  Map<String, String> parts() {
    return Map.copyOf(parts);
  }

  int ups() {
    return ups.get();
  }
}
