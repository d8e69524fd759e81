package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `voltbus mqtt test` against a real mosquitto, and where none is.
class MqttTestCommandTest {
  @TempDir private Path folder;

  private CommandRun tried(String brokerKeys) throws IOException {
    Path site =
        Files.writeString(
            folder.resolve("site.yaml"),
            """
            site: garage
            links:
              line: { url: "tcp://127.0.0.1:1" }
            devices:
              pack: { type: tinybms, link: line, unit: 170 }
            brokers:
              local: { %s }
            publications:
              BE: { contract: battery-emulator, broker: local, devices: [pack] }
            """
                .formatted(brokerKeys));
    return CommandRun.of("mqtt", "test", "--site=" + site, "--config=config");
  }

  /// The steps with their outcome, without times.
  private static List<String> steps(CommandRun run) {
    return run.out()
        .lines()
        .filter(line -> line.startsWith("  "))
        .map(line -> line.strip().replaceAll(", \\d+ ms$", "").replaceAll(" {2,}", ": "))
        .toList();
  }

  @Test
  void eachStepOfABrokerThatWorksIsNamed() throws Exception {
    try (TestingMosquitto broker = TestingMosquitto.start()) {
      CommandRun run = tried("uri: \"mqtt://127.0.0.1:" + broker.port() + "\"");
      assertEquals(
          List.of(
              "resolve: ok: 127.0.0.1 is 127.0.0.1",
              "connect: ok: something listens on port " + broker.port(),
              "login: ok: accepted as dbe_client-test",
              "subscribe: ok: BE/test",
              "publish: ok: acknowledged",
              "receive: ok: the message came back"),
          steps(run));
      assertEquals(0, run.code(), run.err());
    }
  }

  @Test
  void aPortWhereNothingListensIsNamedAndTheRestNotTried() throws Exception {
    int port = PackagedProduct.freePort();
    CommandRun run = tried("uri: \"mqtt://127.0.0.1:" + port + "\"");
    assertEquals(
        List.of(
            "resolve: ok: 127.0.0.1 is 127.0.0.1",
            "connect: FAILED: nothing listens on mqtt://127.0.0.1:"
                + port
                + ": does the broker run, and is the port right?",
            "login: not tried",
            "subscribe: not tried",
            "publish: not tried",
            "receive: not tried"),
        steps(run));
    assertEquals(1, run.code());
  }

  @Test
  void aHostThatIsNotKnownIsNamed() throws Exception {
    CommandRun run = tried("uri: mqtt://no-such-host.invalid");
    assertEquals(
        "resolve: FAILED: no-such-host.invalid is not known: is it spelled right, and does this"
            + " machine have DNS?",
        steps(run).getFirst());
  }

  @Test
  void aBrokerWithoutTlsIsNamed() throws Exception {
    try (TestingMosquitto broker = TestingMosquitto.start()) {
      CommandRun run = tried("uri: \"mqtts://127.0.0.1:" + broker.port() + "\"");
      String login = steps(run).get(2);
      assertTrue(login.startsWith("tls and login: FAILED: TLS: the broker closed"), login);
    }
  }

  @Test
  void aPublicationThatIsNotThereIsNamed() throws Exception {
    tried("uri: mqtt://127.0.0.1");
    CommandRun run =
        CommandRun.of(
            "mqtt",
            "test",
            "--site=" + folder.resolve("site.yaml"),
            "--config=config",
            "--publication=BEE");
    assertEquals("no publication `BEE`, did you mean `BE`? known: BE\n", run.err());
    assertEquals(1, run.code());
  }
}
