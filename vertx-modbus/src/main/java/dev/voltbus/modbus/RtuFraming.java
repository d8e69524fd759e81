package dev.voltbus.modbus;

import com.ghgande.j2mod.modbus.util.ModbusUtil;
import org.jspecify.annotations.Nullable;

/// RTU frames: unit, PDU, CRC (Modbus over serial line V1.02, 2.5.1). The silence that ends a frame
/// does not survive a USB adapter or a gateway, so an answer is found by what it must be: unit,
/// function and length follow from the request, and the CRC must be right. It may stand behind
/// noise or behind another's frame.
final class RtuFraming implements Framing {
  private static final int CRC = 2;
  private static final int SMALLEST_FRAME = 4;

  /// What may be the beginning of an answer; anything before it is too old.
  private static final int LARGEST_FRAME = 256;

  @Override
  public byte[] frame(int unit, byte[] pdu, int transaction) {
    byte[] frame = new byte[1 + pdu.length + CRC];
    frame[0] = (byte) unit;
    System.arraycopy(pdu, 0, frame, 1, pdu.length);
    int[] crc = ModbusUtil.calculateCRC(frame, 0, 1 + pdu.length);
    frame[1 + pdu.length] = (byte) crc[0];
    frame[2 + pdu.length] = (byte) crc[1];
    return frame;
  }

  @Override
  public byte @Nullable [] find(Inbox inbox, Exchange exchange) {
    for (int at = 0; at + SMALLEST_FRAME <= inbox.size(); at++) {
      byte[] pdu = answerAt(inbox, at, exchange.request());
      if (pdu != null) {
        judge(inbox, at, exchange);
        inbox.drop(1 + pdu.length + CRC);
        return exchange.isAnswer(exchange.request().unit(), pdu) ? pdu : null;
      }
    }
    if (inbox.size() > 2 * LARGEST_FRAME) {
      judge(inbox, inbox.size() - LARGEST_FRAME, exchange);
    }
    return null;
  }

  private static byte @Nullable [] answerAt(Inbox inbox, int at, ModbusRequest request) {
    if (inbox.at(at) != request.unit()) {
      return null;
    }
    int length = Pdu.answerLength(inbox.copy(at + 1, inbox.size()), request);
    if (length == 0
        || at + 1 + length + CRC > inbox.size()
        || crcFault(inbox, at, length) != null) {
      return null;
    }
    byte[] pdu = inbox.copy(at + 1, at + 1 + length);
    return Pdu.isAnswer(pdu, request) ? pdu : null;
  }

  /// Why the CRC behind a PDU of this length is wrong; null when it is right.
  private static @Nullable String crcFault(Inbox inbox, int at, int length) {
    int[] computed = ModbusUtil.calculateCRC(inbox.copy(at, at + 1 + length), 0, 1 + length);
    int low = inbox.at(at + 1 + length);
    int high = inbox.at(at + 2 + length);
    return low == computed[0] && high == computed[1]
        ? null
        : "CRC %02x%02x where %02x%02x is right".formatted(low, high, computed[0], computed[1]);
  }

  /// Drops so many bytes and counts what they were: frames of others, late ones, or noise.
  private static void judge(Inbox inbox, int count, Exchange exchange) {
    int end = inbox.size() - count;
    boolean noise = false;
    while (inbox.size() > end) {
      int size = wholeFrame(inbox, inbox.size() - end);
      String fault = size == 0 ? null : crcFault(inbox, 0, size - 1 - CRC);
      if (size > 0 && fault == null) {
        // Never the answer: that was looked for before.
        var _ = exchange.isAnswer(inbox.at(0), inbox.copy(1, size - CRC));
        inbox.drop(size);
      } else if (fault != null && inbox.at(0) == exchange.request().unit()) {
        exchange.foreign(fault);
        inbox.drop(size);
      } else {
        inbox.drop(1);
        noise = true;
      }
    }
    if (noise) {
      exchange.cutOff();
    }
  }

  /// The size of the frame that seems to begin here, when it ends within so many bytes; else 0.
  private static int wholeFrame(Inbox inbox, int within) {
    int size = FrameForm.RTU.length(inbox.copy(0, within), within, false);
    return size > within ? 0 : Math.max(0, size);
  }

  @Override
  public void giveUp(Inbox inbox, Exchange exchange) {
    judge(inbox, inbox.size(), exchange);
  }

  @Override
  public void discard(Inbox inbox, Ledger ledger) {
    boolean noise = false;
    while (!inbox.isEmpty()) {
      int size = wholeFrame(inbox, inbox.size());
      if (size > 0 && crcFault(inbox, 0, size - 1 - CRC) == null) {
        ledger.unasked(inbox.at(0), inbox.at(1));
        inbox.drop(size);
      } else {
        inbox.drop(1);
        noise = true;
      }
    }
    if (noise) {
      ledger.resync();
    }
  }

  @Override
  public boolean hasTransactions() {
    return false;
  }
}
