package dev.voltbus.modbus;

import org.jspecify.annotations.Nullable;

/// One request on the wire and what came instead of its answer.
final class Exchange {
  private final ModbusRequest request;
  private final int transaction;
  private final Ledger ledger;
  private @Nullable String fault;
  private boolean heard;

  Exchange(ModbusRequest request, int transaction, Ledger ledger) {
    this.request = request;
    this.transaction = transaction;
    this.ledger = ledger;
  }

  ModbusRequest request() {
    return request;
  }

  int transaction() {
    return transaction;
  }

  Ledger ledger() {
    return ledger;
  }

  /// The request goes out now.
  void begin() {
    ledger.asked(request.unit());
  }

  /// Judges a whole frame of a framing without transactions.
  ///
  /// @return whether it is the answer; what is not is counted
  boolean isAnswer(int unit, byte[] pdu) {
    heard = true;
    try {
      Pdu.expect("unit", unit, request.unit());
      Pdu.checkAnswer(pdu, request);
      return true;
    } catch (ProtocolViolation e) {
      if (!ledger.owed(unit, pdu[0])) {
        foreign(Wire.reason(e));
      }
      return false;
    }
  }

  /// Judges a whole frame by its transaction too.
  boolean isAnswer(int itsTransaction, int unit, byte[] pdu) {
    heard = true;
    if (itsTransaction != transaction) {
      if (!ledger.late(transaction, itsTransaction)) {
        foreign("transaction " + itsTransaction + ", expected " + transaction);
      }
      return false;
    }
    try {
      Pdu.expect("unit", unit, request.unit());
      Pdu.checkAnswer(pdu, request);
      return true;
    } catch (ProtocolViolation e) {
      foreign(Wire.reason(e));
      return false;
    }
  }

  /// A frame that answers nothing we asked.
  void foreign(String why) {
    ledger.foreign();
    fault = why;
  }

  /// Bytes that are no frame at all.
  void noise(String why) {
    ledger.resync();
    fault = why;
  }

  /// A frame that broke off.
  void cutOff() {
    ledger.resync();
  }

  /// What the last wrong frame had wrong; null when nothing wrong came.
  @Nullable String fault() {
    return fault;
  }

  /// Whether any whole frame came, so that somebody is there.
  boolean heard() {
    return heard;
  }
}
