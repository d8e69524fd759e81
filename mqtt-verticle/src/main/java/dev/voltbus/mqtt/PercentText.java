package dev.voltbus.mqtt;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/// Text in percent encoding, as in a URL: upper-case digits, a blank is `%20`.
final class PercentText {

  private PercentText() {}

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /// The text that was encoded; a plus sign stays one.
  ///
  /// @throws IllegalArgumentException if a percent sign is not followed by two digits
  static String decoded(String encoded) {
    return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
