package dev.voltbus.modbus;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// ASCII frames: `:`, then unit, PDU and LRC as hexadecimal digits, then CR LF (Modbus over serial
/// line V1.02, 2.5.2). A colon begins a frame wherever it comes, so that the line is always in step
/// again with the next one.
final class AsciiFraming implements Framing {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();
  private static final int COLON = ':';
  private static final int CR = '\r';
  private static final int LF = '\n';

  /// Unit, function and LRC.
  private static final int SMALLEST_BODY = 3;

  @Override
  public byte[] frame(int unit, byte[] pdu, int transaction) {
    byte[] body = new byte[1 + pdu.length + 1];
    body[0] = (byte) unit;
    System.arraycopy(pdu, 0, body, 1, pdu.length);
    body[1 + pdu.length] = (byte) lrc(body, 1 + pdu.length);
    return (":" + HEX.formatHex(body) + "\r\n").getBytes(StandardCharsets.US_ASCII);
  }

  /// The two's complement of the sum of all bytes (Modbus over serial line V1.02, 6.2.1).
  private static int lrc(byte[] bytes, int length) {
    int sum = 0;
    for (int i = 0; i < length; i++) {
      sum += bytes[i];
    }
    return -sum & 0xFF;
  }

  @Override
  public byte @Nullable [] find(Inbox inbox, Exchange exchange) {
    for (int end = lineEnd(inbox); end > 0; end = lineEnd(inbox)) {
      int start = lastColon(inbox, end);
      if (start != 0) {
        exchange.cutOff();
      }
      byte[] pdu = start < 0 ? null : answer(inbox.copy(start + 1, end - 1), exchange);
      inbox.drop(end + 1);
      if (pdu != null) {
        return pdu;
      }
    }
    return null;
  }

  /// Where the first line ends, at its LF; 0 while none does.
  private static int lineEnd(Inbox inbox) {
    for (int at = 1; at < inbox.size(); at++) {
      if (inbox.at(at) == LF && inbox.at(at - 1) == CR) {
        return at;
      }
    }
    return 0;
  }

  private static int lastColon(Inbox inbox, int end) {
    int at = end;
    while (at >= 0 && inbox.at(at) != COLON) {
      at--;
    }
    return at;
  }

  private static byte @Nullable [] answer(byte[] digits, Exchange exchange) {
    byte[] body = body(digits);
    if (body == null) {
      exchange.noise("no hexadecimal digits between ':' and the end of the line");
      return null;
    }
    int sum = lrc(body, body.length - 1);
    int told = body[body.length - 1] & 0xFF;
    if (sum != told) {
      exchange.foreign("LRC %02x where %02x is right".formatted(told, sum));
      return null;
    }
    byte[] pdu = Arrays.copyOfRange(body, 1, body.length - 1);
    return exchange.isAnswer(body[0] & 0xFF, pdu) ? pdu : null;
  }

  private static byte @Nullable [] body(byte[] digits) {
    try {
      byte[] body = HEX.parseHex(new String(digits, StandardCharsets.US_ASCII));
      return body.length < SMALLEST_BODY ? null : body;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  @Override
  public void giveUp(Inbox inbox, Exchange exchange) {
    if (!inbox.isEmpty()) {
      exchange.cutOff();
      inbox.clear();
    }
  }

  @Override
  public void fellSilent(Inbox inbox, Exchange exchange) {
    giveUp(inbox, exchange);
  }

  @Override
  public void discard(Inbox inbox, Ledger ledger) {
    boolean noise = false;
    for (int end = lineEnd(inbox); end > 0; end = lineEnd(inbox)) {
      int start = lastColon(inbox, end);
      byte[] body = start < 0 ? null : body(inbox.copy(start + 1, end - 1));
      if (body == null) {
        noise = true;
      } else {
        ledger.unasked(body[0] & 0xFF, body[1] & 0xFF);
      }
      inbox.drop(end + 1);
    }
    if (noise || !inbox.isEmpty()) {
      ledger.resync();
      inbox.clear();
    }
  }

  @Override
  public boolean hasTransactions() {
    return false;
  }
}
