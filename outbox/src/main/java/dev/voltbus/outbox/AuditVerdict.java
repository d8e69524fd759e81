package dev.voltbus.outbox;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Whether the files of an audit are as they were written.
///
/// @param lines lines that were looked at
/// @param first number of the first one; more than 1 where older files were rotated away
/// @param last number of the last one; 0 where there is no line
/// @param faults each with file and line; empty if there is none
public record AuditVerdict(long lines, long first, long last, List<String> faults) {
  public AuditVerdict {
    faults = List.copyOf(faults);
  }

  /// Looks through a folder. Behind a fault it goes on with the chain of the line it found, so that
  /// each break is named once.
  ///
  /// @throws IOException if the folder cannot be read
  public static AuditVerdict of(Path folder) throws IOException {
    Reading reading = new Reading();
    for (Path file : AuditFile.files(folder)) {
      reading.read(file);
    }
    return new AuditVerdict(reading.lines, reading.first, reading.last, reading.faults);
  }

  private static final class Reading {
    private final List<String> faults = new ArrayList<>();
    private @Nullable AuditChain chain;
    private long lines;
    private long first = 1;
    private long last;

    private void read(Path file) throws IOException {
      List<String> found;
      try {
        found = Files.readAllLines(file, StandardCharsets.UTF_8);
      } catch (MalformedInputException notText) {
        faults.add(file + ": is no text");
        chain = null;
        return;
      }
      for (int i = 0; i < found.size(); i++) {
        read(file + ":" + (i + 1), found.get(i));
      }
    }

    private void read(String place, String line) {
      lines++;
      Optional<AuditChain> next = AuditChain.after(line);
      @Nullable AuditChain expected = chain;
      if (expected != null) {
        expected.objection(line).ifPresent(objection -> faults.add(place + ": " + objection));
      } else if (next.isEmpty()) {
        faults.add(place + ": was changed, or is no line of an audit");
      }
      if (lines == 1) {
        first = next.map(after -> after.next() - 1).orElse(1L);
      }
      last = next.map(after -> after.next() - 1).orElse(last);
      chain = next.orElse(null);
    }
  }
}
