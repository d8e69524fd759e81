package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.Secret;
import dev.voltbus.contract.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Other gateways take the broker's login inside its URL (contract bessai section 3).
class UriLoginTest {
  private static final Path CONFIG = Path.of("config");
  private static final Path BESSAI = CONFIG.resolve("sites/bessai.yaml");
  private static final String WORD = "planted-word";

  @TempDir private Path folder;

  private static Site bessai(String url, Map<String, String> more) throws ConfigException {
    Map<String, String> variables = new HashMap<>(more);
    variables.put("SITE_ID", "SITE-CL-001");
    variables.put("INVERTER_IP", "192.0.2.10");
    variables.put("MQTT_BROKER_URL", url);
    return SiteFiles.load(BESSAI, CONFIG, variables, name -> null);
  }

  private static BrokerSettings broker(Site site) {
    return site.publications().getFirst().broker();
  }

  /// What is said of a site that is refused; never the password.
  private static String refusal(String url, Map<String, String> more) {
    ConfigException refused = assertThrows(ConfigException.class, () -> bessai(url, more));
    refused.faults().forEach(fault -> assertFalse(fault.value().contains(WORD), fault::value));
    String said = String.valueOf(refused.getMessage());
    assertFalse(said.contains(WORD), said);
    return said;
  }

  private Site site(String uri, Map<String, String> variables) throws Exception {
    String text =
        """
        site: x
        links: { l: { url: "tcp://127.0.0.1:502" } }
        devices: { d: { type: tinybms, link: l, unit: 7 } }
        brokers: { b: { uri: "%s" } }
        publications: { p: { contract: tinybms, broker: b, devices: [d] } }
        """
            .formatted(uri);
    Path file = Files.writeString(folder.resolve("site.yaml"), text);
    return SiteFiles.load(file, CONFIG, variables, name -> null);
  }

  // ---- taken

  @ParameterizedTest
  @CsvSource({
    "mqtt://edge:planted-word@broker.example:1884, edge, planted-word",
    "mqtts://edge:pl%40nted%2Fw%25rd+@broker.example:1884, edge, pl@nted/w%rd+",
    "mqtt://edge:pl:anted@broker.example:1884, edge, pl:anted",
    "mqtt://caf%C3%A9%3A:planted@broker.example:1884/, café:, planted"
  })
  void loginOfAVariableIsDecodedAndUsed(String url, String user, String password) throws Exception {
    BrokerSettings broker = broker(bessai(url, Map.of()));
    assertEquals("broker.example", broker.host());
    assertEquals(1884, broker.port());
    assertEquals(user, broker.username());
    assertEquals(new Secret(password), broker.password());
  }

  @Test
  void userMayStandWithoutPassword() throws Exception {
    BrokerSettings broker = broker(bessai("mqtt://edge@broker.example", Map.of()));
    assertEquals("edge", broker.username());
    assertNull(broker.password());
  }

  @Test
  void partsOfTheUriMayComeFromVariables() throws Exception {
    Site site = site("mqtt://edge:${WORD}@127.0.0.1", Map.of("WORD", WORD));
    assertEquals(new Secret(WORD), broker(site).password());
  }

  @Test
  void passwordIsShownNowhere() throws Exception {
    Site site = bessai("mqtt://edge:" + WORD + "@broker.example", Map.of());
    assertFalse(site.toString().contains(WORD), site::toString);
    Path env = folder.resolve("env");
    Files.writeString(
        env,
        "SITE_ID=x\nINVERTER_IP=127.0.0.1\nMQTT_BROKER_URL=mqtt://edge:" + WORD + "@127.0.0.1\n");
    Files.setPosixFilePermissions(env, PosixFilePermissions.fromString("rw-------"));
    CommandRun run =
        CommandRun.of("check", "--site=" + BESSAI, "--config=" + CONFIG, "--env-file=" + env);
    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().contains("to mqtt://127.0.0.1:1883 as "), run.out());
    assertFalse((run.out() + run.err()).contains(WORD), run.out());
  }

  // ---- refused

  @Test
  void loginThatIsGivenTwiceIsRefusedWithBothPlaces() {
    String url = "mqtt://edge:" + WORD + "@broker.example";
    String user = refusal(url, Map.of("MQTT_USERNAME", "other"));
    assertTrue(
        user.contains(
            "brokers.cloud.username: the login is given twice, in `uri` (variable MQTT_BROKER_URL)"
                + " and in `username` (variable MQTT_USERNAME); keep one"),
        user);
    String password = refusal(url, Map.of("MQTT_PASSWORD", WORD));
    assertTrue(
        password.contains(
            "brokers.cloud.password-env: the login is given twice, in `uri` (variable"
                + " MQTT_BROKER_URL) and in `password-env` (variable MQTT_PASSWORD); keep one"),
        password);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mqtt://:planted-word@broker.example | the user before the `@` is empty",
        "mqtt://@broker.example | the user before the `@` is empty",
        "mqtt://edge:@broker.example | the password before the `@` is empty; leave out its `:` too",
        "mqtt://edge:planted-word%4@broker.example | is not percent-encoded UTF-8; write `%`"
            + " itself",
        "mqtt://edge:planted-word%zz@broker.example | is not percent-encoded UTF-8; write `%`",
        "mqtt://edge:planted-word%FF@broker.example | is not percent-encoded UTF-8; write `%`",
        "mqtt://edge:planted-word@2@broker.example | `@` and `/` of a user or password in it are",
        "mqtt://edge:planted-word/2@broker.example | `@` and `/` of a user or password in it are",
        "mqtt://edge:planted-word@broker.example:99999 | port 99999 is not in 1..65535"
      })
  void faultyLoginIsRefusedWithoutShowingIt(String url, String said) {
    String refusal = refusal(url, Map.of());
    assertTrue(refusal.contains("brokers.cloud.uri: "), refusal);
    assertTrue(refusal.contains(said), refusal);
  }

  // A site file is copied, mailed and kept under version control.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mqtt://edge:planted-word@127.0.0.1",
        "mqtt://edge:planted-word@${HOST}",
        "${URL:-mqtt://edge:planted-word@127.0.0.1}"
      })
  void passwordThatStandsInTheSiteFileIsRefused(String uri) {
    ConfigException refused =
        assertThrows(ConfigException.class, () -> site(uri, Map.of("HOST", "127.0.0.1")));
    String said = String.valueOf(refused.getMessage());
    assertTrue(said.contains("must not carry user or password"), said);
    assertFalse(said.contains(WORD), said);
  }

  @Test
  void loginFromAFileThatOthersCanOpenIsRefused() throws IOException {
    Path env = folder.resolve("env");
    Files.writeString(
        env,
        "SITE_ID=x\nINVERTER_IP=127.0.0.1\nMQTT_BROKER_URL=mqtt://edge:" + WORD + "@127.0.0.1\n");
    Files.setPosixFilePermissions(env, PosixFilePermissions.fromString("rw-r--r--"));
    CommandRun run =
        CommandRun.of("check", "--site=" + BESSAI, "--config=" + CONFIG, "--env-file=" + env);
    assertTrue(
        run.err().contains("variable MQTT_BROKER_URL is from " + env + " with mode 0644"),
        run.err());
  }
}
