package dev.voltbus.modbus;

/// The refusal of devices that do not know Modbus exceptions, as Enepaq's TinyBMS (communication
/// protocols, revision D): function code 0, the function refused, an error. Function code 0 is not
/// valid in Modbus (application protocol V1.1b3, 4.1), so this cannot be taken for anything else.
final class ErrorFrame {
  static final int FUNCTION = 0;
  static final int LENGTH = 3;

  private ErrorFrame() {}

  static int error(byte[] pdu) {
    return pdu[2] & 0xFF;
  }

  static String name(int error) {
    return switch (error) {
      case 0 -> "command not accepted";
      case 1 -> "checksum wrong";
      default -> "unknown";
    };
  }

  /// The Modbus exception code that asks for the same conduct: a request whose checksum arrived
  /// wrong was not looked at and may be sent again as after `busy`; any other is not acceptable.
  static int nearestException(int error) {
    return error == 1 ? 6 : 3;
  }
}
