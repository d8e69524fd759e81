package dev.voltbus.modbus;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// socat, started and ready. It makes a terminal's link before it sets the terminal up: who opens
/// the link at once has its own settings overwritten, and may then read without a time limit.
final class TestingSocat {
  static final Path PROGRAM = Path.of("/usr/bin/socat");

  private TestingSocat() {}

  static boolean isInstalled() {
    return Files.isExecutable(PROGRAM);
  }

  /// A pseudo-terminal under this name.
  static String terminal(Path link) {
    return "pty,raw,echo=0,link=" + link;
  }

  /// Joins two addresses; returns when everything at both is set.
  static Process join(String one, String other) throws IOException {
    List<String> command = new ArrayList<>(List.of(PROGRAM.toString(), "-d", "-d"));
    Collections.addAll(command, one, other);
    Process socat = new ProcessBuilder(command).redirectErrorStream(true).start();
    BufferedReader said = socat.inputReader();
    List<String> lines = new ArrayList<>();
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      if (line.contains("starting data transfer")) {
        return socat;
      }
      lines.add(line);
    }
    throw new IOException("socat has ended: " + String.join("; ", lines));
  }
}
