import com.google.googlejavaformat.java.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Runs google-java-format over every Java source of the project; the root pom starts it.
///
/// `--check DIR` names the files that are not formatted and exits 1; `--replace DIR` rewrites them.
final class FormatSources {

  private static final Set<String> SKIPPED = Set.of("target", "node_modules");

  private FormatSources() {}

  public static void main(String[] args) throws IOException {
    boolean replace = args[0].equals("--replace");
    List<String> mode =
        replace ? List.of("--replace") : List.of("--dry-run", "--set-exit-if-changed");
    String[] command =
        Stream.concat(mode.stream(), sources(Path.of(args[1])).stream()).toArray(String[]::new);
    Main.main(command); // ends the process with the formatter's exit code
  }

  private static List<String> sources(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> isOurs(root.relativize(file)))
          .map(Path::toString)
          .sorted()
          .toList();
    }
  }

  private static boolean isOurs(Path file) {
    for (Path part : file) {
      if (SKIPPED.contains(part.toString()) || part.toString().startsWith(".")) {
        return false;
      }
    }
    return true;
  }
}
