package dev.voltbus.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;

/// One line for each time a fault was tried, `kill 3/30 key=value key=value`, so that a long run
/// can go on where it was broken off.
final class FaultResults {
  private final Path file;

  /// @param file which need not be there
  FaultResults(Path file) {
    this.file = file;
  }

  /// How often a fault was tried of so many times.
  int done(String fault, int times) throws IOException {
    if (Files.notExists(file)) {
      return 0;
    }
    List<String> lines = Files.readAllLines(file);
    int done = 0;
    while (done < times && has(lines, begin(fault, done + 1, times))) {
      done++;
    }
    return done;
  }

  private static boolean has(List<String> lines, String begin) {
    return lines.stream().anyMatch(line -> line.startsWith(begin));
  }

  private static String begin(String fault, int time, int times) {
    return "%s %d/%d ".formatted(fault.toLowerCase(Locale.ROOT), time, times);
  }

  void add(String fault, int time, int times, String figures) throws IOException {
    String line = begin(fault, time, times) + figures;
    System.out.println(line);
    Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
