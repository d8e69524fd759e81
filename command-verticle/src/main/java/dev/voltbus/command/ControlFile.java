package dev.voltbus.command;

import dev.voltbus.contract.TimeSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The control state of a site on this node's disk. It is replaced as a whole, and on disk when
/// `write` returns; a file that was cut or changed is not taken. Reading and writing block.
final class ControlFile {
  private static final int CHECKSUM_DIGITS = 8;
  private static final long MOST_BYTES = 4_000_000;

  private final Path file;
  private final TimeSource time;
  private volatile @Nullable Known newest;

  /// What is on disk, and both clocks when this process came to know it.
  private record Known(SavedControl control, long wallMillis, long nanos) {}

  /// @param file need not exist
  ControlFile(Path file, TimeSource time) {
    this.file = file;
    this.time = time;
  }

  /// What was written last; empty if nothing ever was.
  ///
  /// @throws IOException if there is a file that cannot be read or is not whole
  synchronized Optional<SavedControl> read() throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    if (Files.size(file) > MOST_BYTES) {
      throw new IOException(file + ": " + Files.size(file) + " bytes are more than " + MOST_BYTES);
    }
    String text = Files.readString(file);
    int end = text.length() - CHECKSUM_DIGITS - 2;
    if (end < 0 || !text.substring(end).equals("\n" + checksum(text.substring(0, end)) + "\n")) {
      throw new IOException(file + ": is not whole");
    }
    try {
      SavedControl read = SavedControl.parse(text.substring(0, end));
      @Nullable SavedControl known = newest();
      if (known == null || !known.isSameAs(read)) {
        know(read);
        known = read;
      }
      return Optional.of(known);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private void know(SavedControl control) {
    newest = new Known(control, time.wallMillis(), time.monotonicNanos());
  }

  /// What is on disk as far as this process knows, by the wall clock of now: if somebody set that
  /// clock, ends stay where they were. Does not block.
  @Nullable SavedControl newest() {
    @Nullable Known known = newest;
    if (known == null) {
      return null;
    }
    long passed = TimeUnit.NANOSECONDS.toMillis(time.monotonicNanos() - known.nanos);
    return known.control.movedBy(time.wallMillis() - known.wallMillis - passed);
  }

  /// Writes it unless it is there already, or something newer, which a message that came late must
  /// not undo.
  synchronized void write(SavedControl control) throws IOException {
    @Nullable Known before = newest;
    if (before != null && !control.isNewerThan(before.control)) {
      return;
    }
    String json = control.toJson();
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    Path half = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel =
        FileChannel.open(
            half,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(json + "\n" + checksum(json) + "\n");
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel directory = FileChannel.open(folder)) {
      directory.force(true); // the new name, too
    }
    know(control);
  }

  private static String checksum(String text) {
    CRC32C sum = new CRC32C();
    sum.update(text.getBytes(StandardCharsets.UTF_8));
    return "%08x".formatted(sum.getValue());
  }
}
