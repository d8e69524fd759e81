package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.voltbus.contract.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SasTokenTest {
  private static final String HOST = "hub.azure-devices.net";
  private static final Secret KEY = new Secret("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");

  /// The signature was made by another program over the encoded text.
  @Test
  void theTokenIsThatOfTheVector() {
    assertEquals(
        "SharedAccessSignature sr=hub.azure-devices.net%2Fdevices%2Fbessai-edge-site001"
            + "&sig=eT%2Fzqwsuzt859NKm%2BdqPE8qfPuwTO44fdB0XWq%2Bp78o%3D&se=1767225600",
        SasToken.of(HOST, "bessai-edge-site001", KEY, 1_767_225_600));
  }

  @Test
  void anotherExpiryGivesAnotherSignature() {
    String first = SasToken.of(HOST, "d", KEY, 1_767_225_600);
    String second = SasToken.of(HOST, "d", KEY, 1_767_225_601);
    assertFalse(second.startsWith(first.substring(0, first.indexOf("&se="))));
  }

  // People copy keys with blanks around them.
  @Test
  void blanksAroundTheKeyDoNotCount() {
    assertEquals(
        SasToken.of(HOST, "d", KEY, 1),
        SasToken.of(HOST, "d", new Secret(" " + KEY.reveal() + " "), 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"hunter2!", "", "   ", "aHVudGVyMg==aHVudGVyMg", "a"})
  void aBadKeyIsRefusedWithoutShowingIt(String key) {
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class, () -> SasToken.of(HOST, "d-1", new Secret(key), 1));
    assertEquals("key of device d-1 is empty or not Base64", refusal.getMessage());
    assertNull(refusal.getCause());
  }
}
