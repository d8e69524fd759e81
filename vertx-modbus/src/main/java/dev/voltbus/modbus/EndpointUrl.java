package dev.voltbus.modbus;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The parts of a URL; our own reading, because `java.net.URI` refuses host names with `_`, which
/// container networks use, and calls every fault a missing host.
///
/// @param url as it was given, for messages
/// @param scheme in lower case
/// @param authority what stands between `//` and the path
/// @param path from its `/` on; empty when there is none
/// @param query keys and values behind `?`
record EndpointUrl(
    String url, String scheme, String authority, String path, Map<String, String> query) {
  private static final Pattern FORM =
      Pattern.compile("([^:/]*)://([^/?#]*)(/[^?#]*)?(?:\\?([^#]*))?(#.*)?");
  private static final Pattern AUTHORITY =
      Pattern.compile("(\\[[0-9A-Fa-f:.%]+]|[A-Za-z0-9._-]+)(?::(.*))?");
  private static final String VALID =
      "valid are tcp, rtu+tcp, ascii+tcp, udp, rtu+udp and tls with ://host:port, rtu and ascii"
          + " with :///dev/...";

  /// Host and port of an authority.
  record HostPort(String host, int port) {}

  static EndpointUrl split(String url) {
    Matcher form = FORM.matcher(url);
    if (!form.matches()) {
      throw wrong(url, "no '://' follows a scheme");
    }
    if (form.group(5) != null) {
      throw wrong(url, "'" + form.group(5) + "' has no meaning");
    }
    String path = form.group(3) == null ? "" : form.group(3);
    return new EndpointUrl(
        url,
        form.group(1).toLowerCase(Locale.ROOT),
        form.group(2),
        path,
        query(url, form.group(4)));
  }

  private static Map<String, String> query(String url, @Nullable String text) {
    Map<String, String> query = new LinkedHashMap<>();
    for (String part : text == null || text.isEmpty() ? new String[0] : text.split("&", -1)) {
      int equals = part.indexOf('=');
      if (equals < 1) {
        throw wrong(url, "'" + part + "' in the query is not key=value");
      }
      if (query.put(part.substring(0, equals), part.substring(equals + 1)) != null) {
        throw wrong(url, "'" + part.substring(0, equals) + "' stands twice in the query");
      }
    }
    return query;
  }

  HostPort hostPort(int defaultPort) {
    if (!path.isEmpty() && !path.equals("/")) {
      throw wrong("'" + path + "' after the port has no meaning");
    }
    Matcher parts = AUTHORITY.matcher(authority);
    if (!parts.matches()) {
      throw wrong("host '" + authority + "' is not a name or address");
    }
    String host = parts.group(1).replace("[", "").replace("]", "");
    String digits = parts.group(2);
    return new HostPort(host, digits == null ? defaultPort : number("port", digits, 1, 65535));
  }

  /// The path of a serial port.
  String device() {
    if (!authority.isEmpty()) {
      throw wrong(
          "'%s' is not a path from the root; a serial port is %s:///dev/..."
              .formatted(authority + path, scheme));
    }
    if (path.length() < 2) {
      throw wrong("no serial port is named; give its path as %s:///dev/...".formatted(scheme));
    }
    return path;
  }

  /// @throws IllegalArgumentException for a key that is not among these
  void checkKeys(Set<String> known) {
    for (String key : query.keySet()) {
      if (!known.contains(key)) {
        String valid =
            known.isEmpty() ? "none is" : String.join(", ", known.stream().sorted().toList());
        throw wrong("'%s' in the query is not known; valid: %s".formatted(key, valid));
      }
    }
  }

  int number(String key, int otherwise, int least, int most) {
    String digits = query.get(key);
    return digits == null ? otherwise : number(key, digits, least, most);
  }

  private int number(String thing, String digits, int least, int most) {
    if (!digits.matches("[0-9]{1,9}")) {
      throw wrong("%s '%s' is not a number within %d..%d".formatted(thing, digits, least, most));
    }
    int number = Integer.parseInt(digits);
    if (number < least || number > most) {
      throw wrong("%s %d is not within %d..%d".formatted(thing, number, least, most));
    }
    return number;
  }

  IllegalArgumentException wrong(String fault) {
    return wrong(url, fault);
  }

  static void checkHost(String host) {
    if (host.isBlank()) {
      throw new IllegalArgumentException("the host of an endpoint must not be blank");
    }
  }

  static IllegalArgumentException wrong(String url, String fault) {
    return new IllegalArgumentException("endpoint '%s': %s; %s".formatted(url, fault, VALID));
  }

  static String text(String scheme, String host, int port) {
    String shown = host.indexOf(':') < 0 ? host : "[" + host + "]";
    return scheme + "://" + shown + ":" + port;
  }
}
