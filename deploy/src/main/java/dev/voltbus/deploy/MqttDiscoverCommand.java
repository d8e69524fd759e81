package dev.voltbus.deploy;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `voltbus mqtt discover`: entities for Home Assistant once more.
@Command(
    name = "discover",
    description = "Has a running gateway tell Home Assistant of all entities again.",
    mixinStandardHelpOptions = true)
final class MqttDiscoverCommand implements Callable<Integer> {
  @Mixin private SiteOptions site = new SiteOptions();

  @Mixin private ControlOptions gateway = new ControlOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws ConfigException {
    return gateway.print(
        ControlAction.DISCOVER,
        site.load().name(),
        spec.commandLine().getOut(),
        said -> said.getInteger("entities") + " entities sent");
  }
}
