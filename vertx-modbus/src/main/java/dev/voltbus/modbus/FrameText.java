package dev.voltbus.modbus;

import dev.voltbus.modbus.ModbusRequest.MaskWrite;
import dev.voltbus.modbus.ModbusRequest.ReadBits;
import dev.voltbus.modbus.ModbusRequest.ReadDeviceId;
import dev.voltbus.modbus.ModbusRequest.ReadWords;
import dev.voltbus.modbus.ModbusRequest.ReadWriteRegisters;
import dev.voltbus.modbus.ModbusRequest.WriteCoil;
import dev.voltbus.modbus.ModbusRequest.WriteCoils;
import dev.voltbus.modbus.ModbusRequest.WriteRegister;
import dev.voltbus.modbus.ModbusRequest.WriteRegisters;
import java.util.HexFormat;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/// Says in words what a frame on the wire means, for people who look for a fault. Any bytes get an
/// answer; what cannot be understood is said to be so. Words and bytes are shown in hex.
///
/// `transaction 7, unit 1, read holding 304..305 (2 words)` is answered by `transaction 7, unit 1,
/// holding 304..305: 03e8 03e9`.
public final class FrameText {
  private static final HexFormat HEX = HexFormat.of();
  private static final HexFormat SPACED = HexFormat.ofDelimiter(" ");

  private FrameText() {}

  /// What a request frame asks for.
  public static String request(FrameForm form, byte[] frame) {
    try {
      FrameParts parts = FrameParts.of(form, frame);
      return joined(parts, asked(parts));
    } catch (ProtocolViolation e) {
      return noFrame(form, frame, e);
    }
  }

  /// What an answer frame says.
  ///
  /// @param request the frame it answers, which names the addresses and shows what does not fit;
  ///   null when that is not known
  public static String answer(FrameForm form, byte[] frame, byte @Nullable [] request) {
    try {
      FrameParts parts = FrameParts.of(form, frame);
      FrameParts question = request == null ? null : question(form, request);
      String said = joined(parts, said(parts, question));
      return question == null ? said : said + differences(parts, question);
    } catch (ProtocolViolation e) {
      return noFrame(form, frame, e);
    }
  }

  /// The bytes as people compare them: hex pairs, or the characters of an ASCII frame.
  public static String bytes(FrameForm form, byte[] frame) {
    return form == FrameForm.ASCII ? characters(frame) : SPACED.formatHex(frame);
  }

  private static String characters(byte[] frame) {
    StringBuilder text = new StringBuilder(frame.length);
    for (byte each : frame) {
      if (each > ' ' && each < 127) {
        text.append((char) each);
      } else if (each != '\r' && each != '\n') {
        text.append("\\x").append(HEX.toHexDigits(each));
      }
    }
    return text.toString();
  }

  private static @Nullable FrameParts question(FrameForm form, byte[] request) {
    try {
      return FrameParts.of(form, request);
    } catch (ProtocolViolation e) {
      return null;
    }
  }

  private static String noFrame(FrameForm form, byte[] frame, ProtocolViolation fault) {
    return "no %s frame (%s): %d bytes".formatted(form, fault.getMessage(), frame.length);
  }

  private static String joined(FrameParts parts, String meaning) {
    StringJoiner text = new StringJoiner(", ");
    if (parts.transaction() != FrameParts.NONE) {
      text.add("transaction " + parts.transaction());
    }
    text.add("unit " + parts.unit()).add(meaning);
    if (!parts.check().isEmpty()) {
      text.add(parts.check());
    }
    return text.toString();
  }

  private static String asked(FrameParts parts) {
    return switch (RequestReader.read(parts.unit(), parts.pdu())) {
      case RequestReader.Outcome.Valid valid -> asked(valid.request());
      case RequestReader.Outcome.Refused refused ->
          "%s, not a valid request (%s): %s"
              .formatted(
                  function(parts.pdu()[0] & 0xFF),
                  ModbusDeviceException.nameOf(refused.exceptionCode()),
                  unread(parts.pdu(), 0));
    };
  }

  private static String asked(ModbusRequest request) {
    String what = request.description();
    return switch (request) {
      case ReadWords r -> "read " + what + counted(r.count(), "word");
      case ReadBits r -> "read " + what + counted(r.count(), "bit");
      case WriteCoil w -> what + ": " + (w.on() ? "on" : "off");
      case WriteRegister w -> what + ": " + HEX.toHexDigits((short) w.word());
      case WriteCoils w -> what + counted(w.count(), "bit") + ": " + w.bits();
      case WriteRegisters w -> what + counted(w.count(), "word") + ": " + words(w.words());
      case MaskWrite w ->
          what
              + ": and %s, or %s"
                  .formatted(HEX.toHexDigits((short) w.and()), HEX.toHexDigits((short) w.or()));
      case ReadWriteRegisters w -> what + ": " + words(w.words());
      case ReadDeviceId _ -> "read " + what;
    };
  }

  private static String counted(int count, String noun) {
    return " (" + count + " " + noun + (count == 1 ? ")" : "s)");
  }

  private static String words(Words words) {
    return spaced(words.toWire(), 0);
  }

  /// Pairs of bytes from `offset` on; an odd one stands alone.
  private static String spaced(byte[] bytes, int offset) {
    StringJoiner text = new StringJoiner(" ");
    for (int at = offset; at < bytes.length; at += 2) {
      text.add(HEX.formatHex(bytes, at, Math.min(at + 2, bytes.length)));
    }
    return text.toString();
  }

  /// Bytes that were not understood, as many as a frame can have.
  private static String unread(byte[] pdu, int from) {
    int end = Math.min(pdu.length, Pdu.LARGEST);
    String rest = end == pdu.length ? "" : " and " + (pdu.length - end) + " more bytes";
    return SPACED.formatHex(pdu, from, end) + rest;
  }

  private static String function(int code) {
    ModbusFunction function = ModbusFunction.of(code);
    return "function " + code + (function == null ? "" : " (" + function.label() + ")");
  }

  private static String said(FrameParts parts, @Nullable FrameParts question) {
    byte[] pdu = parts.pdu();
    if ((pdu[0] & Pdu.EXCEPTION) != 0) {
      return refusal(pdu, question);
    }
    if (pdu[0] == ErrorFrame.FUNCTION && pdu.length == ErrorFrame.LENGTH) {
      int error = ErrorFrame.error(pdu);
      return "%s refused, error frame with error %d (%s)"
          .formatted(function(pdu[1] & 0xFF), error, ErrorFrame.name(error));
    }
    ModbusRequest request = request(question);
    return request != null && request.function().code() == pdu[0]
        ? answered(request, pdu)
        : function(pdu[0] & 0xFF) + ": " + unread(pdu, 1);
  }

  private static String refusal(byte[] pdu, @Nullable FrameParts question) {
    int function = pdu[0] & ~Pdu.EXCEPTION & 0xFF;
    ModbusRequest request = request(question);
    String what =
        request != null && request.function().code() == function
            ? request.description()
            : function(function);
    return pdu.length == 2
        ? what + " refused, exception " + ModbusDeviceException.named(pdu[1] & 0xFF)
        : what + " refused: " + unread(pdu, 1);
  }

  private static @Nullable ModbusRequest request(@Nullable FrameParts question) {
    return question != null
            && RequestReader.read(question.unit(), question.pdu())
                instanceof RequestReader.Outcome.Valid valid
        ? valid.request()
        : null;
  }

  private static String answered(ModbusRequest request, byte[] pdu) {
    String what = request.description();
    try {
      Pdu.checkAnswer(pdu, request);
      return switch (request) {
        case ReadWords _, ReadWriteRegisters _ -> what + ": " + spaced(pdu, 2);
        case ReadBits r -> what + ": " + Pdu.bits(r, pdu);
        case ReadDeviceId r -> what + ": " + DeviceIdPart.decode(r, pdu).text();
        case ModbusRequest.Write _ -> what + ": done";
      };
    } catch (ProtocolViolation e) {
      return "%s: %s does not fit (%s)".formatted(what, unread(pdu, 1), e.getMessage());
    }
  }

  private static String differences(FrameParts parts, FrameParts question) {
    StringBuilder text = new StringBuilder();
    differs(text, "transaction", parts.transaction(), question.transaction());
    differs(text, "unit", parts.unit(), question.unit());
    int function = parts.pdu()[0] & ~Pdu.EXCEPTION & 0xFF;
    if (function != ErrorFrame.FUNCTION) {
      differs(text, "function", function, question.pdu()[0] & 0xFF);
    }
    return text.toString();
  }

  private static void differs(StringBuilder text, String thing, int answered, int asked) {
    if (answered != asked) {
      text.append(", NOT the answer: ")
          .append(thing)
          .append(' ')
          .append(asked)
          .append(" was asked");
    }
  }
}
