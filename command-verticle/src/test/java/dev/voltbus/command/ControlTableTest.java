package dev.voltbus.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.voltbus.command.BatteryControl.Bounds;
import dev.voltbus.command.BatteryControl.Mode;
import dev.voltbus.command.BatteryControl.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The table of the documentation is what the code does: each state with each event.
class ControlTableTest {
  private static final Path PAGE = Path.of("../docs/concepts/control.md");
  private static final String BEGIN = "<!-- table: begin -->\n";
  private static final String END = "<!-- table: end -->";
  private static final long NOW = 1_000;
  private static final Bounds BOUNDS =
      new Bounds(new Amperes(100, 120), new Amperes(150, 160), Amperes.NONE);

  private static Map<String, BatteryControl> states() {
    Map<String, BatteryControl> states = new LinkedHashMap<>();
    states.put("running", state(Mode.RUNNING));
    states.put("paused by a person", state(Mode.PAUSED, Authority.PERSON));
    states.put("paused by itself", state(Mode.PAUSED, Authority.AUTOMATIC));
    states.put("paused by both", state(Mode.PAUSED, Authority.PERSON, Authority.AUTOMATIC));
    states.put("stopping", state(Mode.STOPPING));
    states.put("stopping, was paused by itself", state(Mode.STOPPING, Authority.AUTOMATIC));
    states.put("stopped", state(Mode.STOPPED));
    states.put("stopped, was paused by itself", state(Mode.STOPPED, Authority.AUTOMATIC));
    return states;
  }

  /// One that has been applied before, with its time to stop ahead.
  private static BatteryControl state(Mode mode, Authority... pausedBy) {
    return BatteryControl.restored(BOUNDS, mode, Set.of(pausedBy), null, NOW + 1)
        .after(new ControlEvent.Tick(), NOW)
        .next();
  }

  private static Map<String, ControlEvent> events() {
    Map<String, ControlEvent> events = new LinkedHashMap<>();
    events.put("PAUSE", new ControlEvent.Pause(Authority.PERSON));
    events.put("pause by itself", new ControlEvent.Pause(Authority.AUTOMATIC));
    events.put("RESUME", new ControlEvent.Resume(Authority.PERSON));
    events.put("resume by itself", new ControlEvent.Resume(Authority.AUTOMATIC));
    events.put("SET_LIMITS 50/60", new ControlEvent.SetLimits(new TimedLimit(50.0, 60.0, NOW + 9)));
    events.put("SET_LIMITS 50/-", new ControlEvent.SetLimits(new TimedLimit(50.0, null, NOW + 9)));
    events.put("STOP", new ControlEvent.Stop(NOW + 5));
    events.put("RESTART", new ControlEvent.Restart());
    events.put("current is low", new ControlEvent.CurrentLow());
    events.put("contact lost", new ControlEvent.ContactLost());
    return events;
  }

  private static String table() {
    StringBuilder table =
        new StringBuilder("| state | event | next | effects |\n|---|---|---|---|\n");
    states()
        .forEach((name, state) ->
            events()
                .forEach((event, what) ->
                    table.append(row(name, event, state.after(what, NOW))).append('\n')));
    return table.toString();
  }

  private static String row(String state, String event, Step step) {
    String effects =
        step.effects().stream().map(ControlTableTest::word).collect(Collectors.joining(", "));
    String by =
        step.next().pausedBy().stream()
            .map(each -> each == Authority.PERSON ? "person" : "itself")
            .sorted()
            .collect(Collectors.joining("+"));
    String next = step.next().mode().name().toLowerCase(java.util.Locale.ROOT);
    return "| "
        + String.join(
            " | ",
            state,
            event,
            by.isEmpty() ? next : next + " (" + by + ")",
            effects.isEmpty() ? "-" : effects)
        + " |";
  }

  private static String word(ControlEffect effect) {
    return switch (effect) {
      case ControlEffect.Persist persist -> "persist";
      case ControlEffect.Apply apply ->
          "apply %.0f/%.0f A%s"
              .formatted(
                  apply.limits().charge(),
                  apply.limits().discharge(),
                  apply.limit() == null ? "" : " with its end");
      case ControlEffect.SendDiscovery send -> "send discovery";
      case ControlEffect.Tell tell -> "`" + tell.name() + "`";
    };
  }

  @Test
  void theTableOfTheDocumentationIsWhatTheCodeDoes() throws IOException {
    String page = Files.readString(PAGE);
    int begin = page.indexOf(BEGIN) + BEGIN.length();
    int end = page.indexOf(END);
    if (Boolean.getBoolean("voltbus.accept")) {
      Files.writeString(PAGE, page.substring(0, begin) + table() + page.substring(end));
      return;
    }
    assertEquals(table(), page.substring(begin, end));
  }
}
