package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvFileTest {
  @TempDir private Path folder;

  private Path file(String text) throws IOException {
    Path file = Files.writeString(folder.resolve(".env"), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void linesQuotesCommentsAndExportsAreRead() throws IOException {
    assertEquals(
        Map.of(
            "SITE_ID", "SITE-CL-001",
            "URL", "mqtt://h:1883",
            "WORD", "a # b",
            "SINGLE", "it is",
            "NONE", ""),
        EnvFile.read(
            file(
                """
                # a comment

                SITE_ID=SITE-CL-001
                export URL = mqtt://h:1883
                WORD="a # b"
                SINGLE='it is'
                NONE=
                """)));
  }

  // A line that is no variable may be half a password.
  @Test
  void aLineThatIsNoVariableIsNamedWithoutItsContent() throws IOException {
    Path env = file("A=1\nsecret words\n");
    CommandException fault = assertThrows(CommandException.class, () -> EnvFile.read(env));
    assertEquals("--env-file: " + env + ":2 is not of the form NAME=value", fault.getMessage());
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    Path none = folder.resolve("none");
    CommandException fault = assertThrows(CommandException.class, () -> EnvFile.read(none));
    assertTrue(fault.getMessage().startsWith("--env-file: " + none + " cannot be read"));
  }

  // The user of a BESSAI gateway starts with his own file.
  @Test
  void theSiteOfABessaiGatewayIsWhollyInItsVariables() throws IOException {
    Path env =
        file(
            """
            SITE_ID=SITE-CL-001
            MQTT_BROKER_URL=mqtt://broker.example:1884
            MQTT_USERNAME=edge
            MQTT_PASSWORD=planted
            INVERTER_IP=192.0.2.10
            WATCHDOG_TIMEOUT=10
            """);
    CommandRun run =
        CommandRun.of(
            "check", "--site=config/sites/bessai.yaml", "--config=config", "--env-file=" + env);
    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().contains("link inverter: tcp://192.0.2.10:502"), run.out());
    assertTrue(
        run.out()
            .contains(
                "publication bessai: contract bessai to mqtt://broker.example:1884 as"
                    + " bessai-SITE-CL-001, prefix SITE-CL-001, from inverter"),
        run.out());
    assertTrue(!run.out().contains("planted"), run.out());
  }

  @Test
  void aVariableThatIsMissingIsNamed() throws IOException {
    Path env = file("SITE_ID=SITE-CL-001\nINVERTER_IP=192.0.2.10\n");
    CommandRun run =
        CommandRun.of(
            "check", "--site=config/sites/bessai.yaml", "--config=config", "--env-file=" + env);
    assertEquals(1, run.code());
    assertTrue(run.err().contains("variable MQTT_BROKER_URL is not set"), run.err());
  }

  // One file for the gateway and for whoever commissions it.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "probe --link inverter",
        "read --device inverter --address holding:0",
        "trace --device inverter --address holding:0"
      })
  void commissioningTakesTheSameFile(String command) throws IOException {
    Path env =
        file(
            """
            SITE_ID=s
            MQTT_BROKER_URL=mqtt://127.0.0.1
            INVERTER_IP=127.0.0.1
            INVERTER_PORT=1
            """);
    List<String> arguments = new ArrayList<>(List.of(command.split(" ")));
    arguments.addAll(
        List.of("--site=config/sites/bessai.yaml", "--config=config", "--env-file=" + env));
    CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
    assertEquals(1, run.code());
    assertTrue(run.err().contains("127.0.0.1:1"), run.err());
  }
}
