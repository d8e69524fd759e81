package dev.voltbus.modbus;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.modbus.ModbusRequest.ReadBits;
import dev.voltbus.modbus.ModbusRequest.ReadDeviceId;
import dev.voltbus.modbus.ModbusRequest.WriteCoils;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever comes from a wire is understood or refused: nothing is thrown that the readers do not
/// declare, nothing loops, and nothing is kept. `-Dfuzz.frames=N` sets how many frames a seed
/// makes; the profile `long` makes a million.
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class SpoiltFramesTest {
  private static final int FRAMES = Integer.getInteger("voltbus.fuzz.frames", 20_000);
  private static final int MOST_KEPT = 2_048;
  private static final int LONGEST_TEXT = 3_000;

  static LongStream seeds() {
    long random = Long.getLong("voltbus.test.seed", new Random().nextLong());
    System.out.println("spoilt frames: " + FRAMES + ", -Dvoltbus.test.seed=" + random);
    return LongStream.of(20260101, random);
  }

  // A server that misreads a write would carry out another one.
  @ParameterizedTest
  @MethodSource("seeds")
  void requestReaderTakesOnlyWhatItWouldSend(long seed) {
    SpoiltFrames frames = new SpoiltFrames(seed);
    for (int i = 0; i < FRAMES; i++) {
      ModbusRequest request = frames.request();
      byte[] right = RequestPdu.of(request);
      assertEquals(
          new RequestReader.Outcome.Valid(request), RequestReader.read(request.unit(), right));
      byte[] spoilt = frames.spoilt(right);
      if (spoilt.length > 0
          && RequestReader.read(1, spoilt) instanceof RequestReader.Outcome.Valid valid) {
        assertSame(spoilt, valid.request());
      }
    }
  }

  /// The bits that fill up the last byte mean nothing.
  private static void assertSame(byte[] pdu, ModbusRequest read) {
    byte[] again = RequestPdu.of(read);
    int last = again.length - 1;
    if (read instanceof WriteCoils) {
      assertArrayEquals(Arrays.copyOf(pdu, last), Arrays.copyOf(again, last));
    } else {
      assertArrayEquals(pdu, again);
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void answerReaderTakesRightAnswersAndDecodesWhatItTakes(long seed) throws Exception {
    SpoiltFrames frames = new SpoiltFrames(seed);
    for (int i = 0; i < FRAMES; i++) {
      ModbusRequest request = frames.request();
      byte[] right = frames.answer(request);
      Pdu.checkAnswer(right, request);
      decode(request, right);
      byte[] spoilt = frames.spoilt(right);
      try {
        Pdu.checkAnswer(spoilt, request);
        decode(request, spoilt);
      } catch (ProtocolViolation e) {
        assertTrue(Wire.reason(e).length() < 200);
      }
    }
  }

  private static void decode(ModbusRequest request, byte[] pdu) {
    if (Pdu.isRefusal(pdu)) {
      ModbusEndpoint endpoint = ModbusEndpoint.parse("tcp://127.0.0.1");
      assertTrue(ModbusDeviceException.of(endpoint, request, pdu).exceptionCode() < 256);
      return;
    }
    switch (request) {
      case ReadBits r -> assertEquals(r.count(), Pdu.bits(r, pdu).size());
      case ReadDeviceId r -> assertTrue(DeviceIdPart.decode(r, pdu).text().length() < LONGEST_TEXT);
      case ModbusRequest.Write _ -> {}
      default -> assertEquals(request.count(), Pdu.words(request, pdu).size());
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void anyBytesGetAShortText(long seed) {
    SpoiltFrames frames = new SpoiltFrames(seed);
    for (int i = 0; i < FRAMES; i++) {
      FrameForm form = FrameForm.values()[i % 3];
      ModbusRequest request = frames.request();
      byte[] asked = frames.framed(form, i & 0xFFFF, request.unit(), RequestPdu.of(request));
      byte[] answer =
          frames.spoilt(frames.framed(form, i & 0xFFFF, request.unit(), frames.answer(request)));
      byte[] question = frames.below(5) == 0 ? frames.spoilt(asked) : asked;
      assertShort(FrameText.request(form, question));
      assertShort(FrameText.answer(form, answer, question));
      assertShort(FrameText.answer(form, answer, null));
      assertTrue(FrameText.bytes(form, answer).length() <= 4 * answer.length);
    }
  }

  private static void assertShort(String text) {
    assertTrue(text.length() < LONGEST_TEXT, () -> text.substring(0, LONGEST_TEXT));
  }

  // A trace runs for days beside a bad line.
  @ParameterizedTest
  @MethodSource("seeds")
  void traceShowsEveryByteOnceHoweverTheyCome(long seed) {
    SpoiltFrames frames = new SpoiltFrames(seed);
    for (FrameForm form : FrameForm.values()) {
      long[] bytes = new long[2];
      FrameTrace trace = new FrameTrace(form, line -> bytes[0] += received(form, line));
      for (int i = 0; i < FRAMES / 3; i++) {
        ModbusRequest request = frames.request();
        trace.sent(i, frames.framed(form, 1, request.unit(), RequestPdu.of(request)));
        byte[] answer =
            frames.spoilt(frames.framed(form, 1, request.unit(), frames.answer(request)));
        bytes[1] += form == FrameForm.ASCII ? 0 : answer.length;
        dribble(trace, answer, frames);
      }
      trace.lost(0, "end");
      assertEquals(bytes[1], bytes[0], form.name());
    }
  }

  private static long received(FrameForm form, FrameTrace.Line line) {
    boolean counts = line.kind() == FrameTrace.Kind.RECEIVED && form != FrameForm.ASCII;
    return counts ? (line.bytes().length() + 1) / 3 : 0;
  }

  private static void dribble(FrameTrace trace, byte[] bytes, SpoiltFrames frames) {
    int step = 1 + frames.below(300);
    for (int at = 0; at < bytes.length; at += step) {
      trace.received(0, Arrays.copyOfRange(bytes, at, Math.min(at + step, bytes.length)));
    }
  }

  // Whatever came before: the next right answer is found, and only answers are.
  @ParameterizedTest
  @MethodSource("seeds")
  void framingsFindTheRightAnswerBehindAnyBytes(long seed) throws Exception {
    SpoiltFrames frames = new SpoiltFrames(seed);
    for (FrameForm form : FrameForm.values()) {
      Line line = new Line(form);
      for (int i = 0; i < FRAMES / 3; i++) {
        line.offer(frames, frames.request(), true);
        line.offer(frames, frames.request(), false);
        assertTrue(line.inbox.size() <= MOST_KEPT, () -> form + " keeps " + line.inbox.size());
      }
    }
  }

  /// A framing with its inbox, as an open connection has them.
  private static final class Line {
    private final FrameForm form;
    private final Framing framing;
    private final Ledger ledger = new Ledger(new Pacer());
    private final Inbox inbox = new Inbox(new Tap(ModbusEndpoint.parse("tcp://127.0.0.1"), null));
    private int transaction;

    Line(FrameForm form) {
      this.form = form;
      this.framing =
          switch (form) {
            case TCP -> new MbapFraming();
            case RTU -> new RtuFraming();
            case ASCII -> new AsciiFraming();
          };
    }

    void offer(SpoiltFrames frames, ModbusRequest request, boolean spoilt) throws Exception {
      transaction = transaction + 1 & 0xFFFF;
      Exchange exchange = new Exchange(request, transaction, ledger);
      byte[] answer = frames.answer(request);
      byte[] right = frames.framed(form, transaction, request.unit(), answer);
      framing.discard(inbox, ledger);
      exchange.begin();
      byte[] found =
          spoilt
              ? find(frames.spoilt(right), 1 + frames.below(400), exchange)
              : find(right, right.length, exchange);
      if (!spoilt) {
        assertArrayEquals(answer, found, () -> form + " " + request);
      } else if (found == null) {
        framing.giveUp(inbox, exchange);
      } else {
        Pdu.checkAnswer(found, request);
      }
    }

    private byte @Nullable [] find(byte[] bytes, int step, Exchange exchange) throws IOException {
      for (int at = 0; at < bytes.length; at += step) {
        int from = at;
        int count = Math.min(step, bytes.length - at);
        var _ =
            inbox.fill((target, offset, most) -> {
              System.arraycopy(bytes, from, target, offset, count);
              return count;
            });
        byte[] pdu = framing.find(inbox, exchange);
        if (pdu != null) {
          return pdu;
        }
      }
      return null;
    }
  }
}
