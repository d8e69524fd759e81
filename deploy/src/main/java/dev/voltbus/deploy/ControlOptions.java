package dev.voltbus.deploy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say which running gateway is asked, and for which publication.
final class ControlOptions {
  @Option(
      names = "--state",
      required = true,
      paramLabel = "DIR",
      description = "State folder of the running gateway; its control socket is there.")
  private Path state = Path.of("");

  @Option(
      names = "--publication",
      paramLabel = "NAME",
      description = "Only this publication (default: all).")
  private @Nullable String publication;

  /// Asks, and prints a line for each publication.
  ///
  /// @param site the site the gateway must have, or null for any
  /// @param done what to say of one that did it
  /// @return the exit code
  /// @throws CommandException if the gateway does not answer
  int print(
      ControlAction action,
      @Nullable String site,
      PrintWriter out,
      Function<JsonObject, String> done) {
    List<JsonObject> said = said(new ControlClient(state).ask(action, site, publication));
    for (JsonObject each : said) {
      String text = isFine(each) ? done.apply(each) : failed(each);
      out.println("publication " + each.getString("publication") + ": " + text);
    }
    out.flush();
    return said.stream().allMatch(ControlOptions::isFine) ? 0 : Main.FAULT;
  }

  /// What each publication said.
  static List<JsonObject> said(JsonObject answer) {
    JsonArray publications = answer.getJsonArray("publications", new JsonArray());
    return publications.stream().map(JsonObject.class::cast).toList();
  }

  static boolean isFine(JsonObject said) {
    return "accepted".equals(said.getString("outcome"));
  }

  static String failed(JsonObject said) {
    return said.getString("outcome") + ": " + said.getString("reason");
  }
}
