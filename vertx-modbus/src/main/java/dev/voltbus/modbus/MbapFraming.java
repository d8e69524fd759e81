package dev.voltbus.modbus;

import org.jspecify.annotations.Nullable;

/// Modbus TCP: transaction, protocol, length and unit before the PDU (Modbus messaging on TCP/IP
/// V1.0b, 3.1.3).
final class MbapFraming implements Framing {
  private static final int HEADER = 7;
  private static final int LEAST_LENGTH = 3;
  private static final int LARGEST_LENGTH = 1 + Pdu.LARGEST;

  /// Transaction, protocol and length, which `length` does not count.
  private static final int BEFORE_UNIT = 6;

  private boolean lost;

  @Override
  public byte[] frame(int unit, byte[] pdu, int transaction) {
    byte[] frame = new byte[HEADER + pdu.length];
    putShort(frame, 0, transaction);
    putShort(frame, 4, 1 + pdu.length);
    frame[6] = (byte) unit;
    System.arraycopy(pdu, 0, frame, HEADER, pdu.length);
    return frame;
  }

  private static void putShort(byte[] bytes, int at, int value) {
    bytes[at] = (byte) (value >> 8);
    bytes[at + 1] = (byte) value;
  }

  /// The whole answer is looked for first, wherever it stands: what stands before it may be a frame
  /// that broke off and would swallow it.
  @Override
  public byte @Nullable [] find(Inbox inbox, Exchange exchange) {
    for (int at = 0; at + HEADER < inbox.size(); at++) {
      byte[] pdu = answerAt(inbox, at, exchange);
      if (pdu != null) {
        takeFrames(inbox, at, exchange);
        inbox.drop(BEFORE_UNIT + 1 + pdu.length);
        lost = false;
        return exchange.isAnswer(exchange.transaction(), exchange.request().unit(), pdu)
            ? pdu
            : null;
      }
    }
    takeFrames(inbox, inbox.size(), exchange);
    return null;
  }

  /// Drops and counts the whole frames within the first bytes. When all of them must go, so does
  /// what is no frame; else it stays, because the rest of it may come.
  private void takeFrames(Inbox inbox, int count, Exchange exchange) {
    int behind = inbox.size() - count;
    while (!lost && inbox.size() - behind >= HEADER) {
      String fault = headerFault(inbox);
      int size = BEFORE_UNIT + inbox.shortAt(4);
      if (fault != null) {
        exchange.noise(fault);
        lost = true;
      } else if (inbox.size() - behind < size) {
        break;
      } else {
        var _ = exchange.isAnswer(inbox.shortAt(0), inbox.at(6), inbox.copy(HEADER, size));
        inbox.drop(size);
      }
    }
    if (behind > 0) {
      dropRest(inbox, behind, exchange);
    }
  }

  private void dropRest(Inbox inbox, int behind, Exchange exchange) {
    if (inbox.size() > behind && !lost) {
      exchange.cutOff();
    }
    inbox.drop(inbox.size() - behind);
  }

  private static @Nullable String headerFault(Inbox inbox) {
    int protocol = inbox.shortAt(2);
    if (protocol != 0) {
      return "protocol id " + protocol + ", expected 0";
    }
    int length = inbox.shortAt(4);
    return length >= LEAST_LENGTH && length <= LARGEST_LENGTH
        ? null
        : "length " + length + " is not within " + LEAST_LENGTH + ".." + LARGEST_LENGTH;
  }

  /// A frame that is the answer from its transaction to its last byte. After a header that cannot
  /// be, only such a one brings the stream back into step: what else looks like a header may be
  /// data.
  private static byte @Nullable [] answerAt(Inbox inbox, int at, Exchange exchange) {
    ModbusRequest request = exchange.request();
    if (inbox.shortAt(at) != exchange.transaction()
        || inbox.shortAt(at + 2) != 0
        || inbox.at(at + 6) != request.unit()) {
      return null;
    }
    int size = BEFORE_UNIT + inbox.shortAt(at + 4);
    if (size <= HEADER || at + size > inbox.size()) {
      return null;
    }
    byte[] pdu = inbox.copy(at + HEADER, at + size);
    return Pdu.isAnswer(pdu, request) ? pdu : null;
  }

  /// A frame that has begun may end during the next exchange; its transaction tells it apart.
  @Override
  public void giveUp(Inbox inbox, Exchange exchange) {
    forget(inbox);
  }

  private void forget(Inbox inbox) {
    if (lost) {
      inbox.clear();
      lost = false;
    }
  }

  @Override
  public void discard(Inbox inbox, Ledger ledger) {
    forget(inbox);
    while (inbox.size() >= HEADER && headerFault(inbox) == null) {
      int size = BEFORE_UNIT + inbox.shortAt(4);
      if (inbox.size() < size) {
        return;
      }
      ledger.unasked();
      inbox.drop(size);
    }
    if (inbox.size() >= HEADER) {
      ledger.resync();
      inbox.clear();
    }
  }

  @Override
  public boolean hasTransactions() {
    return true;
  }
}
