package dev.voltbus.deploy;

import dev.voltbus.outbox.AuditVerdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `voltbus audit`: tools for the record of commands.
@Command(
    name = "audit",
    description = "Tools for the record of commands.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = AuditCommand.Verify.class)
final class AuditCommand {

  /// `voltbus audit verify`: whether anybody changed the record. Only reads; the gateway may run.
  @Command(
      name = "verify",
      description = "Says whether the audit is as it was written.",
      mixinStandardHelpOptions = true)
  static final class Verify implements Callable<Integer> {
    @Option(
        names = "--state",
        required = true,
        paramLabel = "DIR",
        description = "Folder that `voltbus run` got.")
    private Path state = Path.of("");

    @Option(
        names = "--site",
        paramLabel = "NAME",
        description = "Name of the site (default: all that have an audit there).")
    private @Nullable String site;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
      Path folder = state.resolve("audit");
      try {
        boolean isWhole = true;
        for (String name : chosen(folder)) {
          isWhole &= verify(name, folder.resolve(name));
        }
        return isWhole ? 0 : Main.FAULT;
      } catch (IOException e) {
        throw new CommandException("--state: " + folder + " cannot be read: " + e);
      }
    }

    /// @throws CommandException if there is no audit
    private List<String> chosen(Path folder) throws IOException {
      List<String> known = Files.isDirectory(folder) ? folders(folder) : List.of();
      if (known.isEmpty()) {
        throw new CommandException("--state: no audit in " + folder);
      }
      @Nullable String wanted = site;
      if (wanted == null) {
        return known;
      }
      if (!known.contains(wanted)) {
        throw new CommandException(
            "--site: no audit of site `%s` in %s%s; known: %s"
                .formatted(
                    wanted, folder, Nearest.question(wanted, known), String.join(", ", known)));
      }
      return List.of(wanted);
    }

    private static List<String> folders(Path folder) throws IOException {
      try (Stream<Path> all = Files.list(folder)) {
        return all.filter(Files::isDirectory)
            .map(each -> each.getFileName().toString())
            .sorted()
            .toList();
      }
    }

    private boolean verify(String name, Path folder) throws IOException {
      AuditVerdict verdict = AuditVerdict.of(folder);
      PrintWriter err = spec.commandLine().getErr();
      verdict.faults().forEach(err::println);
      PrintWriter out = spec.commandLine().getOut();
      out.println("site " + name + ": " + text(verdict));
      out.flush();
      return verdict.faults().isEmpty();
    }

    private static String text(AuditVerdict verdict) {
      String faults =
          verdict.faults().isEmpty() ? "no fault" : verdict.faults().size() + " fault(s)";
      return verdict.lines() == 0
          ? "no line, " + faults
          : "%d line(s), number %d to %d, %s"
              .formatted(verdict.lines(), verdict.first(), verdict.last(), faults);
    }
  }
}
