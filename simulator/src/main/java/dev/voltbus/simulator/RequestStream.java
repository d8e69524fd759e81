package dev.voltbus.simulator;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The bytes of one connection: requests are cut out of what comes, answers go one by one.
final class RequestStream {
  /// Who deals with what comes.
  interface Owner {
    void requested(RequestStream stream, Framing.Request request);

    void ended(RequestStream stream);
  }

  private record Sending(Buffer bytes, Duration gap) {}

  private final Vertx vertx;
  private final long number;
  private final Framing framing;
  private final Connection connection;
  private final WireLog log;
  private final Owner owner;
  private final Deque<Sending> waiting = new ArrayDeque<>();
  private Buffer received = Buffer.buffer();
  private @Nullable Buffer lastAnswer;
  private boolean dead;
  private boolean sending;

  RequestStream(
      Vertx vertx, long number, Framing framing, Connection connection, WireLog log, Owner owner) {
    this.vertx = vertx;
    this.number = number;
    this.framing = framing;
    this.connection = connection;
    this.log = log;
    this.owner = owner;
    log.add(number, WireEvent.Kind.CONNECTED, Buffer.buffer());
  }

  Framing framing() {
    return framing;
  }

  void receive(Buffer more) {
    received.appendBuffer(more);
    boolean goesOn = true;
    while (goesOn && received.length() > 0) {
      goesOn = take(framing.cut(received));
    }
  }

  /// Takes bytes that have nothing to do with those before, as a datagram brings them.
  void receiveAlone(Buffer whole) {
    silence();
    receive(whole);
    silence();
  }

  /// What has come so far will not become a frame.
  void silence() {
    if (received.length() > 0) {
      skip(WireEvent.Kind.NOISE, received.length());
    }
  }

  private boolean take(Framing.Cut cut) {
    return switch (cut) {
      case Framing.Cut.More() -> false;
      case Framing.Cut.Noise(int length) -> {
        skip(WireEvent.Kind.NOISE, length);
        yield true;
      }
      case Framing.Cut.Whole(Framing.Request request, int length) -> {
        skip(WireEvent.Kind.REQUEST, length);
        if (!dead) {
          owner.requested(this, request);
        }
        yield true;
      }
    };
  }

  private void skip(WireEvent.Kind kind, int length) {
    Buffer taken = received.getBuffer(0, length);
    received = received.getBuffer(length, received.length());
    log.add(number, kind, taken);
  }

  /// The frame of the answer before, if there was one.
  Optional<Buffer> lastAnswer() {
    return Optional.ofNullable(lastAnswer);
  }

  void remember(Buffer answer) {
    lastAnswer = answer;
  }

  /// Sends behind what is still being sent.
  ///
  /// @param gap time between two bytes, zero for all at once
  void send(Buffer bytes, Duration gap) {
    waiting.addLast(new Sending(bytes, gap));
    if (!sending) {
      sendNext();
    }
  }

  private void sendNext() {
    @Nullable Sending next = waiting.pollFirst();
    sending = next != null;
    if (next == null) {
      return;
    }
    if (next.gap().isZero()) {
      write(next.bytes());
      sendNext();
    } else {
      dribble(next, 0);
    }
  }

  private void dribble(Sending what, int at) {
    if (at >= what.bytes().length()) {
      sendNext();
      return;
    }
    write(what.bytes().getBuffer(at, at + 1));
    var _ = vertx.setTimer(Math.max(1, what.gap().toMillis()), next -> dribble(what, at + 1));
  }

  private void write(Buffer bytes) {
    if (!dead && bytes.length() > 0) {
      log.add(number, WireEvent.Kind.ANSWER, bytes);
      connection.write(bytes);
    }
  }

  /// From now on nothing is answered, and nothing is closed.
  void playDead() {
    dead = true;
  }

  void close() {
    received = Buffer.buffer();
    dead = true;
    connection.close();
  }

  void reset() {
    received = Buffer.buffer();
    dead = true;
    connection.reset();
  }

  /// The connection has ended.
  void ended() {
    dead = true;
    owner.ended(this);
    waiting.clear();
    silence();
    log.add(number, WireEvent.Kind.CLOSED, Buffer.buffer());
  }
}
