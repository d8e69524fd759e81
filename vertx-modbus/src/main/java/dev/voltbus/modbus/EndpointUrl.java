package dev.voltbus.modbus;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The parts of a URL; our own reading, because `java.net.URI` refuses host names with `_`, which
/// container networks use, and calls every fault a missing host.
record EndpointUrl(String scheme, String host, int port) {
  private static final Set<String> SCHEMES = Set.of("tcp", "rtu+tcp");
  private static final Pattern FORM = Pattern.compile("([^:/]*)://([^/?#]*)(.*)");
  private static final Pattern AUTHORITY =
      Pattern.compile("(\\[[0-9A-Fa-f:.%]+]|[A-Za-z0-9._-]+)(?::(.*))?");

  static EndpointUrl split(String url) {
    Matcher form = FORM.matcher(url);
    if (!form.matches()) {
      throw wrong(url, "no '://' follows a scheme");
    }
    String scheme = form.group(1).toLowerCase(Locale.ROOT);
    if (!SCHEMES.contains(scheme)) {
      throw wrong(url, "scheme '" + scheme + "' is not known");
    }
    if (!form.group(3).isEmpty() && !form.group(3).equals("/")) {
      throw wrong(url, "'" + form.group(3) + "' after the port has no meaning");
    }
    Matcher authority = AUTHORITY.matcher(form.group(2));
    if (!authority.matches()) {
      throw wrong(url, "host '" + form.group(2) + "' is not a name or address");
    }
    String host = authority.group(1).replace("[", "").replace("]", "");
    return new EndpointUrl(scheme, host, port(url, authority.group(2)));
  }

  private static int port(String url, @Nullable String digits) {
    if (digits == null) {
      return ModbusEndpoint.DEFAULT_PORT;
    }
    if (!digits.matches("[0-9]{1,5}")) {
      throw wrong(url, "port '" + digits + "' is not a number within 1..65535");
    }
    int port = Integer.parseInt(digits);
    if (port < 1 || port > 65535) {
      throw wrong(url, "port " + port + " is not within 1..65535");
    }
    return port;
  }

  static void checkHost(String host) {
    if (host.isBlank()) {
      throw new IllegalArgumentException("the host of an endpoint must not be blank");
    }
  }

  static IllegalArgumentException wrong(String url, String fault) {
    return new IllegalArgumentException(
        "endpoint '%s': %s; valid are tcp://host:port and rtu+tcp://host:port"
            .formatted(url, fault));
  }

  static String text(String scheme, String host, int port) {
    String shown = host.indexOf(':') < 0 ? host : "[" + host + "]";
    return scheme + "://" + shown + ":" + port;
  }
}
