package dev.voltbus.outbox;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The folder of an outbox: names and modes of its files, and the lock that keeps a second process
/// out. Payloads may be private, so nobody else may read them.
final class Folder implements Closeable {
  private static final FileAttribute<Set<PosixFilePermission>> FOLDER_MODE = mode("rwx------");
  private static final FileAttribute<Set<PosixFilePermission>> FILE_MODE = mode("rw-------");

  /// As [#name] makes them, and no greater than a long can be.
  private static final Pattern SEGMENT = Pattern.compile("(0[0-8]\\d{18})\\.segment");

  /// Those of this process. A second channel on a lock file would, when closed, end the lock of the
  /// first, so there must be none.
  private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final Path real;
  private final FileChannel lock;

  private Folder(Path path, Path real, FileChannel lock) {
    this.path = path;
    this.real = real;
    this.lock = lock;
  }

  private static FileAttribute<Set<PosixFilePermission>> mode(String text) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text));
  }

  /// @throws OutboxLockedException if it is open elsewhere
  /// @throws IOException if it is not there and cannot be created, or cannot be written to
  static Folder open(Path path) throws IOException {
    createFolder(path.toAbsolutePath());
    Path real = path.toRealPath();
    if (!OPEN.add(real)) {
      throw new OutboxLockedException(path);
    }
    try {
      return new Folder(path, real, lock(path));
    } catch (IOException | RuntimeException e) {
      OPEN.remove(real);
      throw e;
    }
  }

  /// Creates a folder and those above it so that they survive a power cut.
  private static void createFolder(Path path) throws IOException {
    Path parent = path.getParent();
    if (parent != null && !Files.isDirectory(path)) {
      createFolder(parent);
      Files.createDirectory(path, FOLDER_MODE);
      sync(parent);
    }
  }

  private static FileChannel lock(Path path) throws IOException {
    FileChannel file =
        FileChannel.open(path.resolve("lock"), Set.<OpenOption>of(CREATE, WRITE), FILE_MODE);
    try {
      if (file.tryLock() != null) {
        return file;
      }
      throw new OutboxLockedException(path);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  Path segment(long first) {
    return path.resolve(name(first, "segment"));
  }

  Path marks(long first) {
    return path.resolve(name(first, "acknowledged"));
  }

  /// Where a marks file is written before it takes its place.
  Path draft(long first) {
    return path.resolve(name(first, "draft"));
  }

  private static String name(long first, String ending) {
    return "%020d.%s".formatted(first, ending);
  }

  /// First sequences of the segments that are there, ascending.
  List<Long> segments() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files
          .map(file -> SEGMENT.matcher(file.getFileName().toString()))
          .filter(Matcher::matches)
          .map(name -> Long.valueOf(name.group(1)))
          .sorted()
          .toList();
    }
  }

  /// An empty file, whatever was there before.
  FileChannel create(Path file) throws IOException {
    return FileChannel.open(file, Set.<OpenOption>of(CREATE, TRUNCATE_EXISTING, WRITE), FILE_MODE);
  }

  static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /// A segment and what belongs to it; the segment first, for alone it is only read again.
  void delete(long first) throws IOException {
    Files.deleteIfExists(segment(first));
    Files.deleteIfExists(marks(first));
    Files.deleteIfExists(draft(first));
  }

  /// Makes new names survive a power cut.
  void sync() throws IOException {
    sync(path);
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel names = FileChannel.open(folder, READ)) {
      names.force(true);
    }
  }

  /// Lets others open it.
  @Override
  public void close() throws IOException {
    try {
      lock.close();
    } finally {
      OPEN.remove(real);
    }
  }
}
