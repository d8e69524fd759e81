package dev.voltbus.contract;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A password or key that shows itself only to whoever asks with `reveal`. It is never put on the
/// bus and never printed.
public final class Secret {
  private final String text;

  public Secret(String text) {
    this.text = text;
  }

  public String reveal() {
    return text;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Secret that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return Objects.hash(text);
  }

  @Override
  public String toString() {
    return "***";
  }
}
