package dev.voltbus.modbus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// The file handles this process has open.
final class OpenHandles {
  private static final Path HANDLES = Path.of("/proc/self/fd");

  private OpenHandles() {}

  static int count() throws IOException {
    try (Stream<Path> handles = Files.list(HANDLES)) {
      return (int) handles.count();
    }
  }

  /// How many lead to a path, which may be deleted.
  static int to(Path target) throws IOException {
    try (Stream<Path> handles = Files.list(HANDLES)) {
      return (int) handles.filter(handle -> leadsTo(handle, target)).count();
    }
  }

  private static boolean leadsTo(Path handle, Path target) {
    try {
      return Files.readSymbolicLink(handle).toString().startsWith(target.toString());
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }
}
