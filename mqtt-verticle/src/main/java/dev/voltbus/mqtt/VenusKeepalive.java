package dev.voltbus.mqtt;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/// What the payload of a Venus OS keepalive says.
///
/// @param isSuppressed whether no full publish is wanted
/// @param echo what the end of the full publish shall repeat, or null for nothing
/// @param fault why the payload was taken for an empty one, or null
record VenusKeepalive(boolean isSuppressed, @Nullable String echo, @Nullable String fault) {
  static final int LARGEST = 1024;

  private static final VenusKeepalive PLAIN = new VenusKeepalive(false, null, null);

  /// @param payload nothing, options, or the list of topics that old clients send, which is ignored
  static VenusKeepalive of(Buffer payload) {
    if (payload.length() > LARGEST) {
      return faulty(payload.length() + " bytes are more than " + LARGEST);
    }
    if (payload.toString().isBlank()) {
      return PLAIN;
    }
    try {
      @Nullable Object given = Json.decodeValue(payload);
      if (given instanceof JsonObject options) {
        return of(options);
      }
      return given instanceof JsonArray
          ? PLAIN
          : faulty("neither a JSON object nor a list of topics");
    } catch (DecodeException noJson) {
      return faulty("no JSON");
    }
  }

  private static VenusKeepalive of(JsonObject options) {
    @Nullable Object given = options.getValue("keepalive-options");
    if (given == null) {
      return PLAIN;
    }
    if (!(given instanceof JsonArray list)) {
      return faulty("keepalive-options is no list");
    }
    boolean isSuppressed = false;
    @Nullable String echo = null;
    for (Object option : list) {
      isSuppressed |= "suppress-republish".equals(option);
      if (option instanceof JsonObject named
          && named.getValue("full-publish-completed-echo") instanceof String text) {
        echo = text;
      }
    }
    return new VenusKeepalive(isSuppressed, echo, null);
  }

  private static VenusKeepalive faulty(String why) {
    return new VenusKeepalive(false, null, why);
  }
}
