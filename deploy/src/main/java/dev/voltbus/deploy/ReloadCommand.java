package dev.voltbus.deploy;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `voltbus reload`: what SIGHUP does, with an answer.
@Command(
    name = "reload",
    description = "Has a running gateway connect to its brokers anew, with changed secret files.",
    mixinStandardHelpOptions = true)
final class ReloadCommand implements Callable<Integer> {
  @Mixin private ControlOptions gateway = new ControlOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    return gateway.print(
        ControlAction.RELOAD, null, spec.commandLine().getOut(), said -> "connected anew");
  }
}
