package dev.voltbus.deploy;

import dev.voltbus.contract.Publication;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TrialStep;
import dev.voltbus.contract.TrialStep.Outcome;
import dev.voltbus.mqtt.MqttVerticle;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `voltbus mqtt`: tools for the brokers of a site.
@Command(
    name = "mqtt",
    description = "Tools for the MQTT brokers of a site.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = MqttCommand.Test.class)
final class MqttCommand {

  /// `voltbus mqtt test`: tries each broker step by step.
  @Command(
      name = "test",
      description = "Tries each publication's broker step by step, and says what to do.",
      mixinStandardHelpOptions = true)
  static final class Test implements Callable<Integer> {
    @Mixin private SiteOptions site = new SiteOptions();

    @Option(
        names = "--publication",
        paramLabel = "NAME",
        description = "Only this publication (default: all).")
    private @Nullable String publication;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws ConfigException {
      List<Publication> wanted = wanted(site.load());
      Vertx vertx = Vertx.vertx();
      boolean isFine = true;
      try {
        for (Publication each : wanted) {
          isFine &= isFine(each, MqttVerticle.tryBroker(vertx, each).await());
        }
      } finally {
        vertx.close().await();
      }
      return isFine ? 0 : Main.FAULT;
    }

    private List<Publication> wanted(Site loaded) {
      List<Publication> wanted =
          loaded.publications().stream()
              .filter(each -> publication == null || each.name().equals(publication))
              .toList();
      if (wanted.isEmpty()) {
        List<String> known = loaded.publications().stream().map(Publication::name).toList();
        throw new CommandException(
            publication == null
                ? "site " + loaded.name() + " has no publication with a broker that is enabled"
                : SiteReader.unknown("publication", publication, known));
      }
      return wanted;
    }

    private boolean isFine(Publication tried, List<TrialStep> steps) {
      PrintWriter out = spec.commandLine().getOut();
      out.println(
          "publication %s, broker %s at %s:"
              .formatted(tried.name(), tried.broker().name(), tried.broker().address()));
      steps.forEach(step ->
          out.println(
              "  %-13s  %-9s  %s".formatted(step.name(), word(step), step.text()).stripTrailing()));
      out.flush();
      return steps.stream().allMatch(step -> step.outcome() == Outcome.OK);
    }

    private static String word(TrialStep step) {
      return switch (step.outcome()) {
        case UNKNOWN -> "unknown";
        case OK -> "ok";
        case FAILED -> "FAILED";
        case NOT_TRIED -> "not tried";
      };
    }
  }
}
