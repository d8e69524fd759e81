package dev.voltbus.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FramesTest {
  private static final int HEADER = 6;
  private final Frames frames = new Frames();

  static Stream<Message> messages() {
    return Stream.of(
            Samples.typical().values(), Samples.later().values(), Samples.empty(), Samples.huge())
        .flatMap(list -> list.stream());
  }

  static Stream<Message> typical() {
    return Stream.of(Samples.typical().values(), Samples.later().values())
        .flatMap(list -> list.stream());
  }

  private Buffer encode(Message message) {
    Buffer buffer = Buffer.buffer();
    frames.encodeToWire(buffer, message);
    return buffer;
  }

  private Message decode(Buffer frame) {
    return frames.decodeFromWire(0, frame);
  }

  private static Buffer frame(int type, Consumer<FrameWriter> fields) {
    Buffer body = Buffer.buffer();
    fields.accept(new FrameWriter(body));
    return Buffer.buffer().appendShort((short) type).appendInt(body.length()).appendBuffer(body);
  }

  @ParameterizedTest
  @MethodSource("messages")
  void aMessageComesBackEqual(Message message) {
    assertEquals(message, decode(encode(message)));
  }

  /// A message type without a sample would have no golden file either.
  @Test
  void everyMessageTypeHasASample() {
    assertEquals(
        Stream.of(Message.class.getPermittedSubclasses())
            .map(Class::getSimpleName)
            .filter(name -> !name.equals("UnknownMessage"))
            .collect(Collectors.toSet()),
        Samples.typical().keySet());
  }

  /// The event bus hands over its whole packet and where the body begins.
  @Test
  void aFrameIsFoundInTheMiddleOfABuffer() {
    Message message = new LayoutRequest("bms-1");
    Buffer packet = Buffer.buffer("head");
    frames.encodeToWire(packet, message);
    packet.appendString("tail");
    assertEquals(message, frames.decodeFromWire(4, packet));
  }

  @Test
  void withinAProcessTheSameInstanceIsHandedOver() {
    Message message = new LayoutRequest("bms-1");
    assertSame(message, frames.transform(message));
  }

  @Test
  void anUnknownTypeBecomesAnUnknownMessage() {
    assertEquals(
        new UnknownMessage(999, "type 999 is not known here"),
        decode(frame(999, out -> out.putString("from the future"))));
  }

  @Test
  void anUnknownMessageIsNeverSentOn() {
    UnknownMessage message = new UnknownMessage(999, "x");
    assertThrows(IllegalArgumentException.class, () -> encode(message));
  }

  /// A newer node adds fields at the end.
  @ParameterizedTest
  @MethodSource("typical")
  void fieldsBehindTheLastKnownOneAreSkipped(Message message) {
    Buffer frame = encode(message).appendString("new field").appendLong(-1);
    frame.setInt(2, frame.length() - HEADER);
    assertEquals(message, decode(frame));
  }

  /// An older node does not send the newest fields.
  @Test
  void missingFieldsHaveTheirDocumentedMeaning() {
    assertEquals(
        new ControlState(7, 0, ControlState.Mode.UNKNOWN), decode(frame(6, out -> out.putLong(7))));
    assertEquals(
        new LinkStatus("rack", 0, false, ""), decode(frame(5, out -> out.putString("rack"))));
    assertEquals(Samples.emptyResult("c-1", ""), decode(frame(8, out -> out.putString("c-1"))));
    assertEquals(
        new CommandRequest(
            "c-1",
            "",
            "",
            "",
            Buffer.buffer(),
            CommandRequest.Delivery.LIVE,
            CommandRequest.Until.in(0),
            "",
            1),
        decode(frame(7, out -> out.putString("c-1"))));
    assertEquals(
        new WriteRequest("w-1", "", "", "", 0, WriteRequest.Deadline.in(0), 0, "", null),
        decode(frame(9, out -> out.putString("w-1"))));
    assertEquals(
        new WriteResult("w-1", WriteResult.Outcome.UNKNOWN, "", List.of(), List.of(), 0, 0),
        decode(frame(10, out -> out.putString("w-1"))));
    assertEquals(Samples.emptyPlan("bms-1"), decode(frame(11, out -> out.putString("bms-1"))));
    assertEquals(
        new SafetyState(7, false, SafetyState.Watchdog.UNKNOWN, 0, 0, 0),
        decode(frame(12, out -> out.putLong(7))));
    assertEquals(
        new AnomalyScore(7, 0, 0, false, 0, List.of(), 0),
        decode(frame(13, out -> out.putLong(7))));
    assertEquals(new DispatchProposal(7, null, 0, 0), decode(frame(14, out -> out.putLong(7))));
    assertEquals(
        new DeviceMessage("car", 0, "", Buffer.buffer(), false),
        decode(frame(15, out -> out.putString("car"))));
    assertEquals(
        new PublicationRequest("p-1", PublicationRequest.Action.UNKNOWN, 0, 0, ""),
        decode(frame(16, out -> out.putString("p-1"))));
    assertEquals(
        new PublicationReply("p-1", PublicationReply.Outcome.UNKNOWN, "", 0, List.of(), 0, 0),
        decode(frame(17, out -> out.putString("p-1"))));
    assertEquals(
        new ControlCopy("node-1", ControlCopy.Kind.UNKNOWN, 0, 0, "", 0),
        decode(frame(18, out -> out.putString("node-1"))));
    assertEquals(
        new DevicePoll("bms-1", "", 0, 0, 0, 0, 0, 0, List.of()),
        decode(frame(1, out -> out.putString("bms-1"))));
    assertEquals(
        new DeviceSnapshot("bms-1", 0, 0, 0, 0, Samples.columns(0)),
        decode(frame(2, out -> out.putString("bms-1"))));
  }

  @Test
  void unknownConstantsBecomeUnknown() {
    Message state =
        decode(
            frame(
                6,
                out -> {
                  out.putLong(7);
                  out.putLong(1);
                  out.putByte(200);
                }));
    assertEquals(new ControlState(7, 1, ControlState.Mode.UNKNOWN), state);
    Message result =
        decode(
            frame(
                8,
                out -> {
                  out.putString("c-1");
                  out.putByte(200);
                  out.putString("later");
                }));
    assertEquals(Samples.emptyResult("c-1", "later"), result);
    Message write =
        decode(
            frame(
                10,
                out -> {
                  out.putString("w-1");
                  out.putByte(200);
                }));
    assertEquals(
        new WriteResult("w-1", WriteResult.Outcome.UNKNOWN, "", List.of(), List.of(), 0, 0), write);
    Message plan =
        decode(
            frame(
                11,
                out -> {
                  out.putString("bms-1");
                  out.putLong(0);
                  out.putLong(0);
                  out.putLong(0);
                  out.putByte(200);
                }));
    assertEquals(Samples.emptyPlan("bms-1"), plan);
    Message safety =
        decode(
            frame(
                12,
                out -> {
                  out.putLong(7);
                  out.putBoolean(true);
                  out.putByte(200);
                }));
    assertEquals(new SafetyState(7, true, SafetyState.Watchdog.UNKNOWN, 0, 0, 0), safety);
    Message request =
        decode(
            frame(
                16,
                out -> {
                  out.putString("p-1");
                  out.putByte(200);
                }));
    assertEquals(
        new PublicationRequest("p-1", PublicationRequest.Action.UNKNOWN, 0, 0, ""), request);
    assertEquals(
        new PublicationReply(
            "p-1",
            PublicationReply.Outcome.UNKNOWN,
            "later",
            0,
            List.of(new TrialStep("login", TrialStep.Outcome.UNKNOWN, "later")),
            0,
            0),
        decode(frame(17, FramesTest::replyOfLater)));
    assertEquals(Quality.UNKNOWN, Quality.of(200));
    assertEquals(QualityReason.UNKNOWN, QualityReason.of(200));
  }

  private static void replyOfLater(FrameWriter out) {
    out.putString("p-1");
    out.putByte(200);
    out.putString("later");
    out.putInt(0);
    out.putShort(1);
    out.putString("login");
    out.putByte(200);
    out.putString("later");
  }

  /// A number that has no form in JSON must not come from the bus.
  @Test
  void aScoreOrSetpointThatIsNoNumberIsDamaged() {
    long nan = Double.doubleToRawLongBits(Double.NaN);
    assertInstanceOf(
        UnknownMessage.class,
        decode(
            frame(
                13,
                out -> {
                  out.putLong(7);
                  out.putLong(nan);
                })));
    assertInstanceOf(
        UnknownMessage.class,
        decode(
            frame(
                14,
                out -> {
                  out.putLong(7);
                  out.putBoolean(true);
                  out.putLong(nan);
                })));
  }

  @Test
  void aBlockWithANewReasonIsNotRead() {
    DevicePoll poll = assertInstanceOf(DevicePoll.class, decode(poll(0, 2, 200)));
    assertEquals(QualityReason.UNKNOWN, poll.blocks().getFirst().reason());
  }

  /// Where a constant decides how bytes are to be understood, guessing would give wrong values.
  @Test
  void aTableThatIsNotKnownMakesTheMessageUnknown() {
    assertEquals(
        new UnknownMessage(1, "damaged: RegisterTable 9 is not known here"), decode(poll(9, 0, 1)));
  }

  @Test
  void aBlockWithTooFewWordsIsDamaged() {
    assertEquals(
        new UnknownMessage(1, "damaged: holding 36: 0 words instead of 2"), decode(poll(0, 2, 1)));
  }

  private static Buffer poll(int table, int count, int reason) {
    return frame(
        1,
        out -> {
          out.putString("bms-1");
          out.putString("fast");
          for (int i = 0; i < 3; i++) {
            out.putLong(i);
            out.putInt(i);
          }
          out.putShort(1);
          out.putByte(table);
          out.putShort(36);
          out.putShort(count);
          out.putLong(0);
          out.putByte(reason);
          out.putString("");
          out.putShorts(new short[0]);
        });
  }

  @Test
  void aSnapshotWhoseColumnsDisagreeIsDamaged() {
    Buffer frame =
        frame(
            2,
            out -> {
              out.putString("bms-1");
              for (int i = 0; i < 4; i++) {
                out.putLong(i);
              }
              out.putDoubles(new double[3]);
              out.putLongs(new long[2]);
            });
    assertEquals(
        new UnknownMessage(
            2,
            "damaged: device bms-1: snapshot columns for different numbers of values: [3, 2, 0,"
                + " 0]"),
        decode(frame));
  }
}
