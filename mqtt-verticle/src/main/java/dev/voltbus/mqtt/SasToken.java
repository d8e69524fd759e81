package dev.voltbus.mqtt;

import dev.voltbus.contract.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Makes the password of a device at Azure IoT Hub: a shared access signature, good for a time.
/// What it returns is a secret like the key itself.
final class SasToken {
  /// How long a token is good for.
  static final Duration LIFE = Duration.ofSeconds(3600);

  private static final String ALGORITHM = "HmacSHA256";

  private SasToken() {}

  /// @param host host name of the hub
  /// @param device device id
  /// @param key the device's key in Base64
  /// @param expiry its end in Unix seconds
  /// @throws IllegalArgumentException if the key is empty or not Base64; the message does not show
  ///   it
  static String of(String host, String device, Secret key, long expiry) {
    String resource = PercentText.encoded(host + "/devices/" + device);
    String signature = Base64.getEncoder().encodeToString(sign(device, key, resource, expiry));
    return "SharedAccessSignature sr="
        + resource
        + "&sig="
        + PercentText.encoded(signature)
        + "&se="
        + expiry;
  }

  /// The hub checks the very characters it was sent, so those are signed.
  private static byte[] sign(String device, Secret key, String resource, long expiry) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(bytes(device, key), ALGORITHM));
      return mac.doFinal((resource + "\n" + expiry).getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(ALGORITHM + " is missing from this Java runtime", e);
    }
  }

  /// The decoder's own message would quote the key.
  private static byte[] bytes(String device, Secret key) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(key.reveal().strip());
    } catch (IllegalArgumentException e) {
      bytes = new byte[0];
    }
    if (bytes.length == 0) {
      throw new IllegalArgumentException("key of device " + device + " is empty or not Base64");
    }
    return bytes;
  }
}
