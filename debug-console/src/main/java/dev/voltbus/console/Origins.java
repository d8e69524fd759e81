package dev.voltbus.console;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Keeps other web sites away from the console, which has no authentication.
///
/// A page of another site can make a browser inside the plant open this console's addresses. It
/// cannot change the `Origin` header, and with DNS rebinding its own name stands in `Host`: so the
/// host must be an address, `localhost` or the name the console is bound to.
final class Origins {
  private static final Pattern IP_ADDRESS = Pattern.compile("[0-9.]+|\\[[0-9a-f:.]+]");
  private static final Pattern PORT = Pattern.compile(":[0-9]*$");

  private final String boundTo;

  Origins(String boundTo) {
    this.boundTo = boundTo.toLowerCase(Locale.ROOT);
  }

  /// Why a request with this `Host` header is refused.
  Optional<String> refusalOfHost(@Nullable String host) {
    if (host == null || host.isEmpty()) {
      return Optional.of("the request has no Host header");
    }
    String name = PORT.matcher(host.toLowerCase(Locale.ROOT)).replaceFirst("");
    if (name.equals("localhost") || name.equals(boundTo) || IP_ADDRESS.matcher(name).matches()) {
      return Optional.empty();
    }
    return Optional.of(
        "host " + host + " is not this console; open it by IP address, localhost or " + boundTo);
  }

  /// Why a WebSocket with this `Origin` header is refused. A program that is no browser sends none.
  Optional<String> refusalOfOrigin(@Nullable String origin, @Nullable String host) {
    if (origin == null || authority(origin).equalsIgnoreCase(host)) {
      return Optional.empty();
    }
    return Optional.of("origin " + origin + " is not this console at " + host);
  }

  private static String authority(String origin) {
    try {
      @Nullable String authority = URI.create(origin).getRawAuthority();
      return authority == null ? "" : authority;
    } catch (IllegalArgumentException notAUri) {
      return "";
    }
  }
}
