package dev.voltbus.modbus;

import java.util.Arrays;

/// How a request or an answer stands on the wire.
public enum FrameForm {
  /// Seven bytes before it: transaction, protocol, length, unit (Modbus messaging on TCP/IP V1.0b,
  /// 3.1.3).
  TCP {
    @Override
    int length(byte[] bytes, int have, boolean request) {
      if (have < 6) {
        return MORE;
      }
      int length = Pdu.unsigned(bytes, 4);
      return length < 2 || length > Pdu.LARGEST + 1 ? NONE : 6 + length;
    }
  },

  /// Unit before and CRC behind it (Modbus over serial line V1.02, 2.5.1).
  RTU {
    @Override
    int length(byte[] bytes, int have, boolean request) {
      return have < 2 ? MORE : request ? rtuRequest(bytes, have) : rtuAnswer(bytes, have);
    }
  },

  /// Unit, it and LRC as hex digits between a colon and CR LF (Modbus over serial line V1.02,
  /// 2.5.2).
  ASCII {
    @Override
    int length(byte[] bytes, int have, boolean request) {
      for (int i = 0; i < Math.min(have, LONGEST_ASCII); i++) {
        if (bytes[i] == '\n') {
          return i + 1;
        }
      }
      return have < LONGEST_ASCII && (have == 0 || bytes[0] == ':') ? MORE : NONE;
    }
  };

  /// More bytes must come before the length can be told.
  static final int MORE = 0;

  /// These bytes are not the beginning of a frame.
  static final int NONE = -1;

  private static final int LONGEST_ASCII = 513;

  /// The form used on an endpoint.
  public static FrameForm of(ModbusEndpoint endpoint) {
    return switch (endpoint) {
      case ModbusEndpoint.Tcp _, ModbusEndpoint.Udp _, ModbusEndpoint.Tls _ -> TCP;
      case ModbusEndpoint.RtuOverTcp _, ModbusEndpoint.RtuOverUdp _, ModbusEndpoint.Rtu _ -> RTU;
      case ModbusEndpoint.AsciiOverTcp _, ModbusEndpoint.Ascii _ -> ASCII;
    };
  }

  /// The length of the first frame as its own bytes tell it, which may be more than there are yet;
  /// or [#MORE], or [#NONE].
  abstract int length(byte[] bytes, int have, boolean request);

  private static int rtuRequest(byte[] bytes, int have) {
    return switch (bytes[1]) {
      case 1, 2, 3, 4, 5, 6 -> 8;
      case 15, 16 -> have < 7 ? MORE : 9 + (bytes[6] & 0xFF);
      case 22 -> 10;
      case 23 -> have < 11 ? MORE : 13 + (bytes[10] & 0xFF);
      case 43 -> 7;
      default -> NONE;
    };
  }

  private static int rtuAnswer(byte[] bytes, int have) {
    if ((bytes[1] & Pdu.EXCEPTION) != 0) {
      return 5;
    }
    return switch (bytes[1]) {
      case ErrorFrame.FUNCTION -> 3 + ErrorFrame.LENGTH;
      case 1, 2, 3, 4, 23 -> have < 3 ? MORE : 5 + (bytes[2] & 0xFF);
      case 5, 6, 15, 16 -> 8;
      case 22 -> 10;
      case 43 -> rtuDeviceId(bytes, have);
      default -> NONE;
    };
  }

  private static int rtuDeviceId(byte[] bytes, int have) {
    try {
      byte[] pdu = Arrays.copyOfRange(bytes, 1, have);
      int needed = DeviceIdPart.needed(pdu, pdu.length);
      return needed > pdu.length ? MORE : 1 + needed + 2;
    } catch (ProtocolViolation e) {
      return NONE;
    }
  }
}
