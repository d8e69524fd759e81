package dev.voltbus.mqtt;

import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.CommandResult.About;
import dev.voltbus.contract.CommandResult.Status;
import dev.voltbus.contract.Limits;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What became of a command, as a JSON object in which what has no content is left out.
final class ResultText {
  private static final double MILLIS = 1000;
  private static final int DECIMALS = 3;

  private final JsonText out = new JsonText();

  private ResultText() {}

  static Buffer of(CommandResult result, About about) {
    ResultText text = new ResultText();
    text.write(result, about);
    return text.out.toBuffer();
  }

  /// `not-followed`.
  static String word(Status status) {
    return status.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private void write(CommandResult result, About about) {
    out.raw('{');
    out.string("status");
    out.raw(':');
    out.string(word(result.status()));
    member("command", about.command());
    member("id", result.id());
    member("correlation_id", result.correlation());
    member("device", about.device());
    member("reason", result.code());
    member("text", result.reason());
    limits("requested", result.requested());
    limits("effective", result.effective());
    if (result.expiresAt() != 0) {
      member("expires_at", Instant.ofEpochMilli(result.expiresAt()).toString());
      name("remaining_s");
      out.atMost(result.remainingMillis() / MILLIS, DECIMALS);
    }
    out.raw('}');
  }

  private void name(String name) {
    out.raw(',');
    out.string(name);
    out.raw(':');
  }

  private void member(String name, String text) {
    if (!text.isEmpty()) {
      name(name);
      out.string(text);
    }
  }

  private void limits(String name, Limits limits) {
    @Nullable Double charge = limits.charge();
    @Nullable Double discharge = limits.discharge();
    if (charge == null && discharge == null) {
      return;
    }
    name(name);
    out.raw('{');
    if (charge != null) {
      limit("max_charge", charge);
    }
    if (discharge != null) {
      if (charge != null) {
        out.raw(',');
      }
      limit("max_discharge", discharge);
    }
    out.raw('}');
  }

  private void limit(String name, double limit) {
    out.string(name);
    out.raw(':');
    out.atMost(limit, DECIMALS);
  }
}
