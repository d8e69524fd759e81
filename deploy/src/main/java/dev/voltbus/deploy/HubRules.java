package dev.voltbus.deploy;

import dev.voltbus.contract.BrokerKind;
import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.BrokerTls;
import dev.voltbus.contract.Secret;
import java.util.Base64;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What Azure IoT Hub demands of a site file: its broker is the login of one device.
final class HubRules {
  /// What would end or widen the topics of the device is no part of its id.
  private static final Pattern DEVICE = Pattern.compile("[!-~&&[^/+#]]{1,128}");

  private HubRules() {}

  /// Adds a fault for each thing by which the hub would refuse the broker's login.
  static void checkLogin(Section section, BrokerSettings broker) {
    if (BrokerKind.ofHost(broker.host()) == BrokerKind.AZURE && !broker.useTls()) {
      section.fault("uri", "is not encrypted, which Azure IoT Hub demands; write mqtts://");
    }
    if (!broker.username().isEmpty()) {
      section.fault(
          "username", "is made from the host and the device at Azure IoT Hub; leave it out");
    }
    @Nullable BrokerTls tls = broker.tls();
    boolean hasCertificate = tls != null && tls.clientCertificate() != null;
    @Nullable Secret key = broker.password();
    String whose = section.has("password-env") ? "password-env" : "password-file";
    if (key == null && !hasCertificate) {
      section.fault(
          section.has("kind") ? "kind" : "uri",
          "Azure IoT Hub wants a device key (`password-file` or `password-env`) or a"
              + " `client-certificate`");
    } else if (key != null && hasCertificate) {
      section.secretFault(
          whose, "the login is given twice; keep the device key or `client-certificate`");
    } else if (key != null && !isKey(key)) {
      section.secretFault(
          whose, "is no device key: it is not Base64, as in the hub's `Primary key`");
    }
  }

  private static boolean isKey(Secret key) {
    try {
      return Base64.getDecoder().decode(key.reveal().strip()).length > 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /// Adds a fault where the client id of a publication cannot be a device, or was not chosen as
  /// one.
  ///
  /// @param key where the id stands, or would stand
  static void checkDevice(Section section, String key, String id, boolean isChosen) {
    if (!isChosen) {
      section.fault(key, "Azure IoT Hub needs a `client-id`: the id of the device");
    } else if (!DEVICE.matcher(id).matches()) {
      section.fault(
          "client-id",
          "`"
              + id
              + "` is no device id: 1..128 characters of ASCII without blanks, `/`, `+` and `#`");
    }
  }
}
