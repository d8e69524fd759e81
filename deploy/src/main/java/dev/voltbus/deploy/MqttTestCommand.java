package dev.voltbus.deploy;

import dev.voltbus.contract.Publication;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TrialStep;
import dev.voltbus.contract.TrialStep.Outcome;
import dev.voltbus.mqtt.MqttVerticle;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `voltbus mqtt test`: tries each broker step by step, from here or from the running gateway.
@Command(
    name = "test",
    description = "Tries each publication's broker step by step, and says what to do.",
    mixinStandardHelpOptions = true)
final class MqttTestCommand implements Callable<Integer> {
  @Mixin private SiteOptions site = new SiteOptions();

  @Option(
      names = "--publication",
      paramLabel = "NAME",
      description = "Only this publication (default: all).")
  private @Nullable String publication;

  @Option(
      names = "--running",
      description = "From the running gateway, with its secrets, beside its own connections.")
  private boolean isRunning;

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description = "With --running: the gateway's state folder; its control socket is there.")
  private @Nullable Path state;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws ConfigException {
    if (isRunning != (state != null)) {
      throw new UsageException("--running and --state DIR belong together: one of them is missing");
    }
    Site loaded = site.load();
    List<Publication> wanted = wanted(loaded);
    return (state == null ? isFineFromHere(wanted) : isFineFrom(state, loaded.name(), wanted))
        ? 0
        : Main.FAULT;
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

  private boolean isFineFromHere(List<Publication> wanted) {
    Vertx vertx = Vertx.vertx();
    boolean isFine = true;
    try {
      for (Publication each : wanted) {
        title(each);
        isFine &= isFine(MqttVerticle.tryBroker(vertx, each).await());
      }
    } finally {
      vertx.close().await();
    }
    return isFine;
  }

  /// One after the other, so that what is there is shown early.
  private boolean isFineFrom(Path gateway, String name, List<Publication> wanted) {
    ControlClient client = new ControlClient(gateway);
    boolean isFine = true;
    for (Publication each : wanted) {
      JsonObject answer = client.ask(ControlAction.TEST, name, each.name());
      title(each);
      for (JsonObject said : ControlOptions.said(answer)) {
        isFine &= isFine(said);
      }
    }
    return isFine;
  }

  private void title(Publication tried) {
    spec.commandLine()
        .getOut()
        .println(
            "publication %s, broker %s at %s:"
                .formatted(tried.name(), tried.broker().name(), tried.broker().address()));
  }

  private boolean isFine(JsonObject said) {
    List<TrialStep> steps =
        said.getJsonArray("steps", new JsonArray()).stream()
            .map(JsonObject.class::cast)
            .map(MqttTestCommand::step)
            .toList();
    if (steps.isEmpty()) {
      spec.commandLine().getOut().println("  " + ControlOptions.failed(said));
    }
    return isFine(steps) && ControlOptions.isFine(said);
  }

  private static TrialStep step(JsonObject said) {
    String outcome = said.getString("outcome").toUpperCase(Locale.ROOT).replace(' ', '_');
    return new TrialStep(said.getString("step"), Outcome.valueOf(outcome), said.getString("text"));
  }

  private boolean isFine(List<TrialStep> steps) {
    PrintWriter out = spec.commandLine().getOut();
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
