package dev.voltbus.simulator;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The way of an answer onto the wire, with all that is wrong with it.
final class SpoiltAnswer {
  private static final int LEAST_FUNCTION_OF_REFUSAL = 0x80;

  private final Framing framing;
  private final Framing.Request request;
  private final List<Fault.OfAnswer> faults = new ArrayList<>();
  private Duration late = Duration.ZERO;
  private Duration dribble = Duration.ZERO;

  SpoiltAnswer(Framing framing, Framing.Request request) {
    this.framing = framing;
    this.request = request;
  }

  void by(Fault.OfAnswer fault) {
    switch (fault) {
      case Fault.Late(Duration by) -> late = late.plus(by);
      case Fault.Dribble(Duration gap) -> dribble = gap;
      default -> faults.add(fault);
    }
  }

  /// How long the answer is held back.
  Duration late() {
    return late;
  }

  /// Time between two bytes.
  Duration dribble() {
    return dribble;
  }

  /// What goes onto the wire for an answer.
  ///
  /// @param before frame of the answer before on this connection
  List<Buffer> frames(Buffer answer, Optional<Buffer> before) {
    List<Buffer> frames = new ArrayList<>();
    boolean own = true;
    for (Fault.OfAnswer fault : faults) {
      if (fault instanceof Fault.Foreign(boolean first)) {
        frames.add(before.orElseGet(this::strangersAnswer));
        own = first;
      }
    }
    if (own) {
      frames.add(frame(answer));
    }
    return frames;
  }

  /// The answer of the next unit to a read of one word.
  private Buffer strangersAnswer() {
    Framing.Request strange =
        new Framing.Request(
            request.transaction() + 0x100 & 0xFFFF, request.unit() + 1 & 0xFF, request.pdu());
    return framing.wrap(strange, Buffer.buffer(new byte[] {3, 2, 0x0B, (byte) 0xAD}));
  }

  private Buffer frame(Buffer answer) {
    Buffer pdu = answer;
    Framing.Request asked = request;
    for (Fault.OfAnswer fault : faults) {
      pdu = pdu(fault, pdu);
      asked = address(fault, asked);
    }
    Buffer frame = framing.wrap(asked, pdu);
    for (Fault.OfAnswer fault : faults) {
      frame = bytes(fault, frame);
    }
    return frame;
  }

  private Buffer pdu(Fault.OfAnswer fault, Buffer pdu) {
    return switch (fault) {
      case Fault.WrongFunction(int function) -> pdu.copy().setByte(0, (byte) function);
      case Fault.WrongCount(int by) -> recounted(pdu, by);
      case Fault.WrongLength(int by) when !framing.hasLengthField() && pdu.length() > 1 ->
          pdu.copy().setByte(1, (byte) (pdu.getUnsignedByte(1) + by));
      case Fault.NativeErrors() when pdu.getUnsignedByte(0) >= LEAST_FUNCTION_OF_REFUSAL ->
          Buffer.buffer(new byte[] {0, (byte) (pdu.getUnsignedByte(0) & 0x7F), 0});
      default -> pdu;
    };
  }

  /// A read of words with that many more, or fewer.
  private static Buffer recounted(Buffer pdu, int by) {
    int function = pdu.getUnsignedByte(0);
    if (function != 3 && function != 4 && function != 23) {
      return pdu;
    }
    int bytes = Math.clamp(pdu.length() - 2 + 2L * by, 0, 250);
    Buffer out = Buffer.buffer(new byte[2 + bytes]);
    out.setBytes(0, pdu.getBytes(0, Math.min(pdu.length(), 2 + bytes)));
    return out.setByte(1, (byte) bytes);
  }

  private static Framing.Request address(Fault.OfAnswer fault, Framing.Request asked) {
    return switch (fault) {
      case Fault.WrongUnit(int by) ->
          new Framing.Request(asked.transaction(), asked.unit() + by & 0xFF, asked.pdu());
      case Fault.WrongTransaction(int by) ->
          new Framing.Request(asked.transaction() + by & 0xFFFF, asked.unit(), asked.pdu());
      default -> asked;
    };
  }

  private Buffer bytes(Fault.OfAnswer fault, Buffer frame) {
    return switch (fault) {
      case Fault.WrongLength(int by) when framing.hasLengthField() -> framing.relength(frame, by);
      case Fault.WrongCrc() -> framing.spoilChecksum(frame);
      case Fault.Truncate(int bytes) -> frame.getBuffer(0, Math.min(bytes, frame.length()));
      default -> frame;
    };
  }
}
