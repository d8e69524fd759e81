package dev.voltbus.contract;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A password or key that shows itself only to whoever asks with `reveal`. It is never put on the
/// bus and never printed.
public final class Secret {
  private static final Pattern LINE_END = Pattern.compile("\\R\\z");

  private final String text;
  private final @Nullable Path file;

  public Secret(String text) {
    this(text, null);
  }

  private Secret(String text, @Nullable Path file) {
    this.text = text;
    this.file = file;
  }

  /// A secret that stands in a file, without the line end after it. It is read again each time it
  /// is asked for, so that a changed file counts from the next use on.
  ///
  /// @throws IOException if the file cannot be read now
  public static Secret inFile(Path file) throws IOException {
    return new Secret(read(file), file);
  }

  private static String read(Path file) throws IOException {
    return LINE_END.matcher(Files.readString(file)).replaceFirst("");
  }

  /// The secret; of a file that cannot be read any more, what stood in it at first.
  public String reveal() {
    if (file == null) {
      return text;
    }
    try {
      return read(file);
    } catch (IOException e) {
      return text;
    }
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
