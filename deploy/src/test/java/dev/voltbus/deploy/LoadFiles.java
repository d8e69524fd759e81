package dev.voltbus.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/// Writes the configuration of a site with many plain devices, as somebody would write it by hand.
final class LoadFiles {
  private static final List<String> SHIPPED =
      List.of(
          "contracts/tinybms.yaml",
          "schema/contract.schema.json",
          "schema/device.schema.json",
          "schema/site.schema.json");

  private LoadFiles() {}

  /// Topic of a register of a device.
  static String topic(int device, int register) {
    return "load/" + key(device, register);
  }

  private static String key(int device, int register) {
    return "d%03d_r%03d".formatted(device, register);
  }

  /// @param ports Modbus ports, one device on each
  /// @return the site file; `config` is the folder to start with as `--config`
  static Path write(Path config, List<Integer> ports, int registers, int mqttPort)
      throws IOException {
    for (String folder : List.of("devices", "contracts", "schema", "sites")) {
      Files.createDirectories(config.resolve(folder));
    }
    for (String file : SHIPPED) {
      Path shipped = PackagedProduct.HOME.resolve("config").resolve(file);
      Files.copy(shipped, config.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    for (int i = 0; i < ports.size(); i++) {
      Path file = config.resolve("devices/load-%03d.yaml".formatted(i));
      Files.writeString(file, device(i, registers));
    }
    return Files.writeString(config.resolve("sites/load.yaml"), site(ports, mqttPort));
  }

  /// All values of a publication share one prefix, so each device has keys of its own.
  private static String device(int number, int registers) {
    StringBuilder text = new StringBuilder();
    text.append("device: load-%03d\n".formatted(number));
    text.append("unit: 1\ngroups:\n  live: { period: 1s }\nregisters:\n");
    for (int i = 0; i < registers; i++) {
      text.append("  - { address: %d, key: %s, type: u16 }\n".formatted(i, key(number, i)));
    }
    return text.toString();
  }

  private static String site(List<Integer> ports, int mqttPort) {
    StringBuilder links = new StringBuilder();
    StringBuilder devices = new StringBuilder();
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < ports.size(); i++) {
      links.append("  link-%d: { url: \"tcp://127.0.0.1:%d\" }\n".formatted(i, ports.get(i)));
      devices.append("  load-%d: { type: load-%03d, link: link-%d }\n".formatted(i, i, i));
      names.append(i == 0 ? "" : ", ").append("load-").append(i);
    }
    return """
        site: load
        links:
        %sdevices:
        %sbrokers:
          local: { uri: "mqtt://127.0.0.1", port: %d }
        publications:
          values: { contract: tinybms, broker: local, prefix: load, devices: [%s] }
        """
        .formatted(links, devices, mqttPort, names);
  }
}
