package dev.voltbus.deploy;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/// Home Assistant entities as they stand in its `configuration.yaml`: under `mqtt`, a list for each
/// component.
final class HaYaml {
  private static final DumpSettings FORM =
      DumpSettings.builder()
          .setDefaultFlowStyle(FlowStyle.BLOCK)
          .setIndent(2)
          .setIndicatorIndent(2)
          .setIndentWithIndicator(true)
          .setWidth(200)
          .build();

  private final Map<String, List<Map<String, Object>>> components = new LinkedHashMap<>();

  /// @param prefix discovery prefix
  /// @param configs JSON of each entity by its config topic, `<prefix>/<component>/.../config`
  void add(String prefix, Map<String, String> configs) {
    configs.forEach((topic, config) ->
        components
            .computeIfAbsent(
                topic.substring(prefix.length() + 1).split("/", -1)[0],
                component -> new ArrayList<>())
            .add(new JsonObject(config).getMap()));
  }

  boolean isEmpty() {
    return components.isEmpty();
  }

  String text() {
    return new Dump(FORM).dumpToString(Map.of("mqtt", components));
  }
}
