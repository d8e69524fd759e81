package dev.voltbus.modbus;

import org.jspecify.annotations.Nullable;

/// How a PDU is put on a line, and how its answer is found among the bytes that come. j2mod's
/// transports are not used for either, because j2mod
///
/// - throws an RTU frame's CRC away without comparing it,
/// - believes an answer's byte count instead of the count asked, and over RTU reads on until so
///   many bytes have come: into the next frame, or until the time is over,
/// - compares neither unit nor function, and over RTU reads the unit as a signed byte,
/// - reports time-outs and broken connections alike, apart only by the words of a message.
sealed interface Framing permits MbapFraming, RtuFraming, AsciiFraming {
  /// A request as it goes to the line.
  byte[] frame(int unit, byte[] pdu, int transaction);

  /// Looks for the answer, drops and counts what it can tell to be something else, and keeps what
  /// may still become the answer.
  ///
  /// @return the answer's PDU, function code first; null while it is not there
  byte @Nullable [] find(Inbox inbox, Exchange exchange);

  /// The time of an exchange is over: judges what is left, and drops it unless it can still be told
  /// from the next answer when the rest of it comes.
  void giveUp(Inbox inbox, Exchange exchange);

  /// Nothing has come for a second of an exchange: a framing with a limit between characters drops
  /// the frame that has begun.
  default void fellSilent(Inbox inbox, Exchange exchange) {}

  /// Counts and drops what came while nothing was asked.
  void discard(Inbox inbox, Ledger ledger);

  /// Whether an answer says which request it answers, so that a late one is never taken for
  /// another's.
  boolean hasTransactions();
}
