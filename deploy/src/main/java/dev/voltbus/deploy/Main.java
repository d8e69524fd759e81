package dev.voltbus.deploy;

import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The `voltbus` command.
@Command(
    name = "voltbus",
    description = "Carries a battery site's registers to MQTT, and its commands back.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DemoCommand.class,
      RunCommand.class,
      CheckCommand.class,
      ProbeCommand.class,
      ReadCommand.class,
      DecodeCommand.class,
      TraceCommand.class,
      SimulateCommand.class
    })
public final class Main {
  /// Exit code for a faulty configuration or a port that is taken.
  static final int FAULT = 1;

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /// The command with its way of saying what is wrong: exit code 1 and one line for each fault.
  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setExecutionExceptionHandler((failure, line, parsed) -> explain(failure, line));
  }

  /// A fault people can put right is printed as it is, anything else with its stack trace.
  private static int explain(Exception failure, CommandLine line) {
    if (failure instanceof UsageException || failure instanceof ConfigException) {
      line.getErr().println(failure.getMessage());
    } else {
      failure.printStackTrace(line.getErr());
    }
    return FAULT;
  }

  /// Where `config/` lies: beside the start script's folder.
  static Path configFolder() {
    return Path.of(System.getProperty("voltbus.home", "."), "config");
  }

  /// Reads the version the build wrote into the jar.
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"voltbus " + (version == null ? "(unpackaged)" : version)};
    }
  }
}
