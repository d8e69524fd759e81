package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.BrokerKind;
import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Sites with a broker that is an Azure IoT Hub; those here have a device key.
class AzureSiteTest {
  private static final Path BASE = Path.of("src/test/resources/testcases/config/base");
  private static final String KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

  @TempDir private Path folder;
  private Path site;

  @BeforeEach
  void copyConfiguration() throws IOException {
    ConfigFolder.copy(BASE, folder);
    site = folder.resolve("sites/site.yaml");
    replace("uri: mqtt://127.0.0.1\n    port: 1883", "uri: mqtts://Hub.azure-devices.net");
    add("password-env: DEVICE_KEY");
    String text = Files.readString(site);
    Files.writeString(site, text.substring(0, text.indexOf("  overview:")));
  }

  private void replace(String from, String to) throws IOException {
    String text = Files.readString(site);
    assertTrue(text.contains(from), from);
    Files.writeString(site, text.replace(from, to));
  }

  /// Adds a key to the broker.
  private void add(String line) throws IOException {
    replace("Hub.azure-devices.net\n", "Hub.azure-devices.net\n    " + line + "\n");
  }

  private Site load(String key) throws ConfigException {
    return SiteFiles.load(site, folder, Map.of(), name -> name.equals("DEVICE_KEY") ? key : null);
  }

  private String refusal(String key) {
    String said = assertThrows(ConfigException.class, () -> load(key)).getMessage();
    return said.replace(site + ":", "");
  }

  @Test
  void theClientIdOfThePublicationIsTheDevice() throws Exception {
    replace("prefix: home/pack", "prefix: home/pack\n    client-id: gateway-1");
    Publication publication = load(KEY).publications().getFirst();
    BrokerSettings broker = publication.broker();
    assertEquals(BrokerKind.AZURE, broker.kind());
    assertEquals("gateway-1", broker.clientId());
    assertEquals(262_144, broker.maxPayload());
    assertEquals("", broker.username());
  }

  @Test
  void theClientIdOfTheBrokerIsTheDeviceToo() throws Exception {
    add("client-id: gateway-1");
    assertEquals("gateway-1", load(KEY).publications().getFirst().broker().clientId());
  }

  @Test
  void aKeyThatIsNotBase64IsRefusedAndNotShown() throws IOException {
    add("client-id: gateway-1");
    assertEquals(
        "19: brokers.local.password-env: is no device key: it is not Base64, as in the hub's"
            + " `Primary key`",
        refusal("hunter2!"));
  }

  @Test
  void aKeyAndACertificateAreOneTooMany() throws IOException {
    add("client-id: gateway-1");
    add("client-certificate: site.yaml");
    add("client-key: key.pem");
    Files.createFile(site.resolveSibling("key.pem"));
    Files.setPosixFilePermissions(
        site.resolveSibling("key.pem"), PosixFilePermissions.fromString("rw-------"));
    assertEquals(
        "21: brokers.local.password-env: the login is given twice; keep the device key or"
            + " `client-certificate`",
        refusal(KEY));
  }

  // The id that a contract proposes is that of no device of anybody's.
  @Test
  void aDeviceMustBeNamed() {
    assertEquals(
        "22: publications.values.broker: Azure IoT Hub needs a `client-id`: the id of the device",
        refusal(KEY));
  }

  @Test
  void aDeviceIdFitsIntoATopic() throws IOException {
    replace("prefix: home/pack", "prefix: home/pack\n    client-id: a/b");
    assertEquals(
        "25: publications.values.client-id: `a/b` is no device id: 1..128 characters of ASCII"
            + " without blanks, `/`, `+` and `#`",
        refusal(KEY));
  }

  // The key is one device's, and a hub takes one connection of a device.
  @Test
  void aBrokerServesOnePublication() throws IOException {
    add("client-id: gateway-1");
    String text = Files.readString(site);
    String one = text.substring(text.indexOf("  values:"));
    Files.writeString(
        site, text + one.replace("  values:", "  second:").replace("home/pack", "home/other"));
    assertEquals(
        "30: publications.second.broker: the device of broker local belongs to publication values"
            + " already",
        refusal(KEY));
  }
}
