package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `voltbus check` of sites that publish our own contracts to an Azure IoT Hub.
class AzureCheckTest {
  private static final String KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

  @TempDir private Path folder;

  @BeforeEach
  void writeKey() throws IOException {
    Path file = Files.writeString(folder.resolve("key"), KEY + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private CommandRun check(String devices, String publication) throws IOException {
    Path site =
        Files.writeString(
            folder.resolve("site.yaml"),
            """
            site: garage
            links:
              line: { url: "tcp://127.0.0.1:1" }
            devices:
              pack: { type: tinybms, link: line, unit: 170 }
            %s
            brokers:
              cloud: { uri: "mqtts://hub.azure-devices.net", password-file: key, client-id: gw }
            publications:
              values: { %s, broker: cloud, devices: [pack] }
            """
                .formatted(devices, publication));
    return CommandRun.of("check", "--site=" + site, "--config=config");
  }

  @Test
  void theTopicsOfTheHubAreShownAndWhatIsLeftOut() throws IOException {
    CommandRun run = check("", "contract: battery-emulator");
    assertEquals(0, run.code(), run.err());
    String rest = "&site=garage&$.ct=application%2Fjson&$.ce=utf-8";
    String events = "  devices/gw/messages/events/source=";
    assertTrue(run.out().contains(events + "info" + rest + " (about "), run.out());
    assertTrue(run.out().contains(events + "command%2Fresult" + rest + "\n"), run.out());
    String left = "publication values tells Home Assistant of no entities: Azure IoT Hub keeps no";
    assertEquals(2, run.out().split(left, -1).length, run.out());
    assertFalse(run.out().contains("homeassistant"), run.out());
    assertFalse(run.out().contains(KEY), run.out());
  }

  @Test
  void whatLivesOnTopicsOfOthersIsRefused() throws IOException {
    CommandRun venus = check("", "contract: venus");
    assertTrue(
        venus
            .err()
            .contains(
                "publications.values.contract: has topics on which others ask, and Azure IoT Hub"
                    + " passes on no such topics"),
        venus.err());
    CommandRun car =
        check(
            "  car: { type: pushed-car, push: { broker: cloud, topic: obd/leaf } }",
            "contract: bessai");
    assertTrue(
        car.err().contains("devices.car.push.broker: Azure IoT Hub passes on no topics of others"),
        car.err());
  }
}
