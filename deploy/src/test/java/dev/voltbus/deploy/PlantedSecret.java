package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/// A password that must be found nowhere, and beside it a marker that must be found everywhere the
/// scan looks: a scan that finds nothing may have looked at nothing.
///
/// @param user user name
/// @param password with a character that an URL writes in another way
/// @param marker stands in names that the product shows
record PlantedSecret(String user, String password, String marker) {

  static PlantedSecret plant() {
    return new PlantedSecret("edge", "pw/" + word(), "m" + word());
  }

  private static String word() {
    return UUID.randomUUID().toString().replace("-", "").substring(0, 20);
  }

  /// The forms in which it could stand somewhere.
  private List<String> forms() {
    Base64.Encoder base64 = Base64.getEncoder();
    return Stream.of(
            password,
            URLEncoder.encode(password, StandardCharsets.UTF_8),
            base64.encodeToString(password.getBytes(StandardCharsets.UTF_8)),
            base64.encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8)))
        .toList();
  }

  /// The marker is in a text and the password is not.
  void assertOnlyMarkerIn(String place, String text) {
    assertTrue(
        text.contains(marker), () -> place + " was not looked at: the marker is not in\n" + text);
    for (String form : forms()) {
      int at = text.indexOf(form);
      assertFalse(
          at >= 0, () -> place + " has the password: " + text.substring(Math.max(0, at - 200), at));
    }
  }
}
