package dev.voltbus.deploy;

import dev.voltbus.deploy.ModbusLine.Answer;
import dev.voltbus.modbus.ModbusClientOptions;
import dev.voltbus.modbus.ModbusClosedException;
import dev.voltbus.modbus.ModbusConnectException;
import dev.voltbus.modbus.ModbusConnectionLostException;
import dev.voltbus.modbus.ModbusDeadlineException;
import dev.voltbus.modbus.ModbusDeviceException;
import dev.voltbus.modbus.ModbusEndpoint;
import dev.voltbus.modbus.ModbusException;
import dev.voltbus.modbus.ModbusOverloadException;
import dev.voltbus.modbus.ModbusProtocolException;
import dev.voltbus.modbus.ModbusTimeoutException;
import dev.voltbus.modbus.TlsFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What somebody on a site may try after a question that brought nothing. Empty where nobody knows.
final class NextStep {
  private static final Path BY_ID = Path.of("/dev/serial/by-id");

  private NextStep() {}

  static String after(ModbusException failure, ModbusClientOptions line) {
    return switch (failure) {
      case ModbusConnectException _ -> unconnected(failure.getMessage(), line);
      case ModbusTimeoutException _, ModbusDeadlineException _ -> silent(line.endpoint());
      case ModbusConnectionLostException _ -> lost(failure.getMessage(), line);
      case ModbusProtocolException _ ->
          "another framing, such as rtu+tcp:// in place of tcp://; trace shows the bytes";
      case ModbusDeviceException _, ModbusOverloadException _, ModbusClosedException _ -> "";
    };
  }

  static String after(Answer.Refused refused) {
    return switch (refused.code()) {
      case 1 -> "another --table, such as input";
      case 2 -> "--around, another --table or a smaller --count";
      case 3 -> "a smaller --count";
      case 4 -> "again later, or a smaller --count; the device has a fault or the place is special";
      case 5, 6 -> "again later: the device is busy";
      case 10, 11 ->
          "another --unit, or the wiring behind the gateway: the gateway is there, the unit is not";
      default -> "";
    };
  }

  static String unconnected(String reason, ModbusClientOptions line) {
    if (line.endpoint() instanceof ModbusEndpoint.Serial) {
      return serial(reason);
    }
    if (reason.contains("TLS") || reason.contains("-file ")) {
      return tls(reason, line.tls());
    }
    if (reason.contains("refused")) {
      return "another port; Modbus may be switched off in the device's menu, or its port be"
          + " another";
    }
    if (reason.contains("not known") || reason.contains("not resolved")) {
      return "the IP address in place of the name";
    }
    return "ping, cable, firewall, the right network; or a longer --connect-timeout";
  }

  private static String tls(String reason, TlsFiles files) {
    if (reason.contains("cannot be used")) {
      return "files in PEM form; a key without a password";
    }
    if (reason.contains("not trusted")) {
      return "--ca with the authority that signed the device's certificate; now it is "
          + (files.caFile() == null ? "what this machine trusts" : files.caFile());
    }
    if (reason.contains("certificate_required")
        || reason.contains("bad_certificate")
        || reason.contains("handshake_failure")) {
      return "--cert and --cert-key with a certificate the device knows; now "
          + (files.certificateFile() == null ? "there is none" : files.certificateFile());
    }
    if (reason.contains("subject alternative") || reason.contains("No name matching")) {
      return "the name in the certificate; --insecure-host for a first look";
    }
    return "tcp:// if the device does not speak TLS; --cert and --cert-key if it wants them";
  }

  private static String serial(String reason) {
    if (reason.contains("is not there") || reason.contains("not a serial port")) {
      List<String> ports = serialPorts();
      return ports.isEmpty()
          ? "plug the adapter in; this machine shows no serial port"
          : "one of " + String.join(", ", ports);
    }
    if (reason.contains("this user")) {
      return "sudo usermod -aG dialout $USER, then log in again";
    }
    return reason.contains("in use")
        ? "fuser -v names the program that uses the port"
        : "another path: this is hardly a serial port";
  }

  /// The serial ports of this machine, by their lasting names where there are such.
  private static List<String> serialPorts() {
    List<String> byId = files(BY_ID, "*");
    return byId.isEmpty() ? files(Path.of("/dev"), "tty{USB,ACM,AMA}*") : byId;
  }

  private static List<String> files(Path folder, String pattern) {
    List<String> names = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return names;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, pattern)) {
      files.forEach(file -> names.add(file.toString()));
    } catch (IOException e) {
      return List.of();
    }
    names.sort(null);
    return names;
  }

  static String silent(ModbusEndpoint endpoint) {
    return endpoint instanceof ModbusEndpoint.Serial
        ? "another --unit, baud, parity or stop bits in the URL, wires A and B swapped"
        : "another --unit (probe finds it), a longer --timeout, rtu+tcp:// for a serial gateway";
  }

  private static String lost(String reason, ModbusClientOptions line) {
    return reason.contains("TLS")
        ? tls(reason, line.tls())
        : "stop other clients: many devices take one at a time; or another --unit or framing";
  }
}
