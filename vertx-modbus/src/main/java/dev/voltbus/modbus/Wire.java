package dev.voltbus.modbus;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// An open line with its framing, used by one thread and for one request at a time. Everything
/// blocks; [#abort] may come from any thread and ends whatever blocks.
final class Wire {
  private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /// Longest pause between two characters of an ASCII frame (Modbus over serial line V1.02, 2.5.2).
  private static final long CHARACTER_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// How long a line that never falls silent is listened to before a request goes out anyway.
  private static final long LONGEST_DRAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Line line;
  private final Framing framing;
  private final Ledger ledger;
  private final Tap tap;
  private final Inbox inbox;
  private long lastUseNanos = System.nanoTime();

  Wire(Line line, Framing framing, Ledger ledger, Tap tap) {
    this.line = line;
    this.framing = framing;
    this.ledger = ledger;
    this.tap = tap;
    this.inbox = new Inbox(tap);
  }

  boolean hasTransactions() {
    return framing.hasTransactions();
  }

  /// Why the line cannot take a request, or null. Many devices close a connection that is idle for
  /// a while; no request is spent to find that out.
  @Nullable String fault() {
    if (System.nanoTime() - lastUseNanos < QUIET_NANOS) {
      return null;
    }
    try {
      line.probe(inbox);
      return null;
    } catch (IOException e) {
      return reason(e);
    }
  }

  /// Sends the request once and waits for its answer. Whatever else comes is dropped and counted,
  /// and the wait goes on.
  ///
  /// @return the answer's PDU; null when it has not come in time, and the line may be used again
  /// @throws IOException when the line broke and must not be used again
  byte @Nullable [] exchange(Exchange exchange, long deadlineNanos) throws IOException {
    send(exchange);
    byte[] pdu = await(exchange, deadlineNanos);
    if (pdu == null) {
      framing.giveUp(inbox, exchange);
    }
    lastUseNanos = System.nanoTime();
    return pdu;
  }

  /// Sends a request that nobody answers, and gives all devices the time to carry it out.
  void broadcast(Exchange exchange, long turnaroundNanos) throws IOException {
    send(exchange);
    rest(turnaroundNanos);
    lastUseNanos = System.nanoTime();
  }

  private void send(Exchange exchange) throws IOException {
    ModbusRequest request = exchange.request();
    byte[] frame = framing.frame(request.unit(), RequestPdu.of(request), exchange.transaction());
    awaitSilence();
    exchange.begin();
    line.send(frame);
    tap.sent(frame);
  }

  /// Takes what has come unasked, and keeps the silence that the line needs.
  private void awaitSilence() throws IOException {
    long start = System.nanoTime();
    while (line.drain(inbox) || line.silenceLeftNanos() > 0) {
      if (System.nanoTime() - start > LONGEST_DRAIN_NANOS + Math.max(0, line.silenceLeftNanos())) {
        break;
      }
      rest(line.silenceLeftNanos());
    }
    if (!inbox.isEmpty()) {
      framing.discard(inbox, ledger);
    }
  }

  private static void rest(long nanos) throws IOException {
    try {
      TimeUnit.NANOSECONDS.sleep(nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  private byte @Nullable [] await(Exchange exchange, long deadlineNanos) throws IOException {
    long lastBytesNanos = System.nanoTime();
    for (long left = deadlineNanos - lastBytesNanos; left > 0; ) {
      if (line.receive(inbox, Math.min(left, CHARACTER_LIMIT_NANOS))) {
        byte[] pdu = framing.find(inbox, exchange);
        if (pdu != null) {
          return pdu;
        }
        lastBytesNanos = System.nanoTime();
        dropOddDatagram(exchange);
      } else if (System.nanoTime() - lastBytesNanos >= CHARACTER_LIMIT_NANOS) {
        framing.fellSilent(inbox, exchange);
      }
      left = deadlineNanos - System.nanoTime();
    }
    return null;
  }

  /// A datagram is a whole frame or nothing: the next one does not continue it.
  private void dropOddDatagram(Exchange exchange) {
    if (line.keepsFrames() && !inbox.isEmpty()) {
      framing.giveUp(inbox, exchange);
      inbox.clear();
    }
  }

  /// Ends every wait on the line soon. Safe from any thread and repeatedly.
  void abort() {
    line.abort();
  }

  /// Frees the handle; for the thread that uses the wire.
  void close() {
    line.close();
  }

  static String reason(IOException e) {
    String text = Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
    return switch (e) {
      case EOFException end when end.getMessage() == null -> "closed by the other side";
      case SSLException _ -> "TLS: " + text;
      default -> text;
    };
  }
}
