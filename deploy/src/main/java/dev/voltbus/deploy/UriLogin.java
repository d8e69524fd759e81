package dev.voltbus.deploy;

import dev.voltbus.contract.Secret;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The login inside the uri of a broker. It must come from a variable: passwords do not belong in a
/// site file.
///
/// @param password null where the uri has a user only
record UriLogin(String user, @Nullable Secret password) {
  private static final Pattern ENCODED = Pattern.compile("(?:[^%]|%[0-9A-Fa-f]{2})*");
  private static final String KEY = "uri";

  /// The login, or nothing and a fault that does not show it.
  ///
  /// @param text what stands before the `@`
  static Optional<UriLogin> read(
      Section section, String text, Variables variables, SecretFiles secrets) {
    int before = section.faults().count();
    List<String> names = Variables.names(section.written(KEY));
    if (names.isEmpty() || hasPassword(Variables.literal(section.written(KEY)))) {
      section.secretFault(
          KEY,
          "must not carry user or password; use `username` and `password-file`, or take the whole"
              + " uri from a variable");
      return Optional.empty();
    }
    names.forEach(name -> secrets.checkVariable(section, KEY, name));
    checkTwice(section, variables);
    Optional<UriLogin> login = decoded(section, text);
    return section.faults().count() > before ? Optional.empty() : login;
  }

  /// Whether a password stands in what is left of a uri without its variables.
  private static boolean hasPassword(String literal) {
    int end = literal.lastIndexOf('@');
    int colon = literal.indexOf(':', literal.indexOf("//") + 1);
    return colon >= 0 && colon + 1 < end;
  }

  private static void checkTwice(Section section, Variables variables) {
    if (!section.text("username").isEmpty()) {
      twice(section, "username", Variables.names(section.written("username")));
    } else if (section.has("password-file")) {
      twice(section, "password-file", List.of());
    } else if (variables
        .value(section.text("password-env"))
        .filter(v -> !v.isEmpty())
        .isPresent()) {
      twice(section, "password-env", List.of(section.text("password-env")));
    }
  }

  private static void twice(Section section, String key, List<String> names) {
    section.secretFault(
        key,
        "the login is given twice, in `"
            + KEY
            + "`"
            + variables(Variables.names(section.written(KEY)))
            + " and in `"
            + key
            + "`"
            + variables(names)
            + "; keep one");
  }

  private static String variables(List<String> names) {
    return names.isEmpty() ? "" : " (variable " + String.join(", ", names) + ")";
  }

  private static Optional<UriLogin> decoded(Section section, String text) {
    int colon = text.indexOf(':');
    Optional<String> user = decoded(colon < 0 ? text : text.substring(0, colon));
    Optional<String> password = decoded(text.substring(colon + 1));
    if (user.isEmpty() || password.isEmpty()) {
      section.secretFault(
          KEY, "user or password in it is not percent-encoded UTF-8; write `%` itself as %25");
    } else if (user.get().isEmpty()) {
      section.secretFault(KEY, "the user before the `@` is empty");
    } else if (password.get().isEmpty()) {
      section.secretFault(KEY, "the password before the `@` is empty; leave out its `:` too");
    }
    return user.map(
        name -> new UriLogin(name, colon < 0 ? null : password.map(Secret::new).orElse(null)));
  }

  /// Nothing where it is not properly encoded.
  private static Optional<String> decoded(String text) {
    if (!ENCODED.matcher(text).matches()) {
      return Optional.empty();
    }
    String plain = URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    boolean isUtf8 = plain.indexOf('\uFFFD') < 0;
    return isUtf8 ? Optional.of(plain) : Optional.empty();
  }
}
