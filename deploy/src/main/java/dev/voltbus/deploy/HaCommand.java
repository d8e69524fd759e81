package dev.voltbus.deploy;

import dev.voltbus.contract.Publication;
import dev.voltbus.contract.Site;
import dev.voltbus.mqtt.MqttVerticle;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `voltbus ha`: tools for Home Assistant.
@Command(
    name = "ha",
    description = "Tools for Home Assistant.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = HaCommand.Yaml.class)
final class HaCommand {

  /// `voltbus ha yaml`: entities written down by hand.
  @Command(
      name = "yaml",
      description = "Prints entities for configuration.yaml, for people without MQTT discovery.",
      mixinStandardHelpOptions = true)
  static final class Yaml implements Callable<Integer> {
    @Mixin private SiteOptions site = new SiteOptions();

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws ConfigException {
      Site loaded = site.load();
      HaYaml yaml = new HaYaml();
      for (Publication publication : loaded.publications()) {
        yaml.add(
            publication.discovery().prefix(),
            MqttVerticle.essentialEntities(publication, loaded.devices(), loaded.control()));
      }
      if (yaml.isEmpty()) {
        throw new CommandException(
            "site " + loaded.name() + ": no publication has entities for Home Assistant");
      }
      PrintWriter out = spec.commandLine().getOut();
      out.println(
          "# Entities of site " + loaded.name() + " for Home Assistant's configuration.yaml.");
      discovered(loaded).forEach(name -> out.println("# " + twice(name)));
      out.print(yaml.text());
      out.flush();
      return 0;
    }

    private static List<String> discovered(Site loaded) {
      return loaded.publications().stream()
          .filter(MqttVerticle::isDiscovered)
          .map(Publication::name)
          .toList();
    }

    /// Home Assistant refuses the second of two entities with one unique_id.
    private static String twice(String publication) {
      return "Publication "
          + publication
          + " announces its entities by itself; with this text set its options: { discovery: false"
          + " }.";
    }
  }
}
