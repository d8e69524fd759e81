package dev.voltbus.deploy;

import dev.voltbus.contract.ProductVersion;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

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
      PrepareCommand.class,
      CheckCommand.class,
      ProbeCommand.class,
      ReadCommand.class,
      DecodeCommand.class,
      TraceCommand.class,
      SimulateCommand.class,
      MqttCommand.class,
      HaCommand.class,
      AuditCommand.class,
      ReloadCommand.class
    })
public final class Main {
  /// Exit code for what could not be done: a faulty file, a port that is taken, no answer.
  static final int FAULT = 1;

  /// Exit code for a command line that is wrong; picocli has the same.
  static final int USAGE = 2;

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /// The command with its way of saying what is wrong.
  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setParameterExceptionHandler((fault, arguments) -> explain(fault))
        .setExecutionExceptionHandler((failure, line, parsed) -> explain(failure, line));
  }

  /// A wrong option: what is wrong, what may have been meant, where the options are listed.
  private static int explain(ParameterException fault) {
    CommandLine line = fault.getCommandLine();
    line.getErr().println(fault.getMessage());
    if (line.getParent() == null) {
      line.usage(line.getErr());
      return USAGE;
    }
    if (!UnmatchedArgumentException.printSuggestions(fault, line.getErr())) {
      line.getErr().println("  try: " + line.getCommandSpec().qualifiedName() + " --help");
    }
    return USAGE;
  }

  /// A fault people can put right is printed as it is, anything else with its stack trace.
  private static int explain(Exception failure, CommandLine line) {
    switch (failure) {
      case UsageException _, CommandException _, ConfigException _ ->
          line.getErr().println(failure.getMessage());
      default -> failure.printStackTrace(line.getErr());
    }
    return failure instanceof UsageException ? USAGE : FAULT;
  }

  /// Where `config/` lies: beside the start script's folder.
  static Path configFolder() {
    return Path.of(System.getProperty("voltbus.home", "."), "config");
  }

  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"voltbus " + ProductVersion.text()};
    }
  }
}
