package dev.voltbus.deploy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The place of a gateway's control socket in its state folder, claimed by a lock that ends with
/// the process, however it ends. Only the user of the gateway can connect: the mode of the file is
/// the authentication, so the socket is made in a folder of that user alone and appears with its
/// mode.
final class ControlSocket {
  /// The longest path of a Unix domain socket in bytes, on Linux.
  static final int LONGEST = 107;

  private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);

  private final Path state;
  private final FileChannel lock;

  private ControlSocket(Path state, FileChannel lock) {
    this.state = state;
    this.lock = lock;
  }

  /// The place in a folder, or null where the folder has none; the log says why.
  ///
  /// @param state existing folder
  /// @throws CommandException if another process has it
  static @Nullable ControlSocket claim(Path state) {
    try {
      FileChannel channel =
          FileChannel.open(
              state.resolve("control.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (isLocked(channel)) {
        return new ControlSocket(state, channel);
      }
      channel.close();
    } catch (IOException e) {
      LOG.warn("--state: no control socket in {}: {}", state, e.toString());
      return null;
    }
    throw new CommandException(
        "--state: folder " + state + " is used by another voltbus",
        "another folder; each process has its own");
  }

  @SuppressWarnings("try") // the lock ends with its channel
  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      @Nullable FileLock taken = channel.tryLock();
      return taken != null;
    } catch (OverlappingFileLockException ours) {
      return false;
    }
  }

  static Path in(Path state) {
    return state.resolve("control.sock");
  }

  /// Whether a socket can have this path.
  static boolean fits(Path path) {
    return bytes(path) <= LONGEST;
  }

  static int bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8).length;
  }

  Path path() {
    return in(state);
  }

  /// Where to listen: shorter than the path itself, and nobody else gets there.
  ///
  /// @throws IOException if it cannot be prepared
  Path draft() throws IOException {
    Path folder = Files.createDirectories(state.resolve(".c"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    Path draft = folder.resolve("s");
    Files.deleteIfExists(draft);
    return draft;
  }

  /// Lets others find what listens at the draft, in place of what a dead process left.
  void show() throws IOException {
    Path draft = state.resolve(".c").resolve("s");
    Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rw-------"));
    Files.move(draft, path(), StandardCopyOption.ATOMIC_MOVE);
    Files.delete(draft.getParent());
  }

  /// Leaves the folder to the next process. The lock's file stays: to delete it would let two
  /// processes lock two files of one name.
  void release() throws IOException {
    Files.deleteIfExists(path());
    lock.close();
  }
}
