package dev.voltbus.acquisition;

import dev.voltbus.contract.Health;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/// What each part last said: `up`, or why it is down.
final class TestingHealth implements Health {
  private final Map<String, String> parts = new ConcurrentSkipListMap<>();

  Map<String, String> parts() {
    return Map.copyOf(parts);
  }

  @Override
  public void up(String part) {
    parts.put(part, "up");
  }

  @Override
  public void down(String part, String reason) {
    parts.put(part, reason);
  }

  @Override
  public void gone(String part) {
    parts.remove(part);
  }
}
