package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The judge of the outage tests must find what they are there to find.
class DeliveryVerdictTest {
  private static final Message A1 = sample("a", 1);
  private static final Message A2 = sample("a", 2);
  private static final Message B1 = sample("b", 1);

  private static Message sample(String topic, long count) {
    return new Message(topic, "{\"timestamp_ms\":7,\"raw\":" + count + "}");
  }

  private static DeliveryVerdict verdict(List<Message> heard, Message... killed) {
    return DeliveryVerdict.of(Set.of(A1, A2, B1), heard, Set.of(killed));
  }

  @Test
  void topicsMayPassEachOtherAndSamplesMayComeTwice() {
    assertEquals(
        new DeliveryVerdict(3, List.of(), List.of(), 2, List.of()),
        verdict(List.of(A1, A2, A1, A2, B1)));
  }

  @Test
  void aLostSampleIsMissingUnlessItsBrokerHadAcknowledgedIt() {
    assertEquals(
        new DeliveryVerdict(3, List.of(A2), List.of(), 0, List.of()), verdict(List.of(A1, B1)));
    assertEquals(
        new DeliveryVerdict(3, List.of(), List.of(A2), 0, List.of()), verdict(List.of(A1, B1), A2));
  }

  @Test
  void anOlderSampleBehindANewerOneIsDisorder() {
    assertEquals(
        new DeliveryVerdict(3, List.of(), List.of(), 0, List.of(A1)), verdict(List.of(A2, A1, B1)));
  }

  // TCP cuts where it likes.
  @Test
  void packetsAreFoundInPiecesOfAnySize() {
    Buffer publish =
        Buffer.buffer(new byte[] {0x32, 0, 1, 0, 1, 'a', 0, 7})
            .setByte(1, (byte) 0x85)
            .appendString("x".repeat(128));
    Buffer both = Buffer.buffer().appendBuffer(publish).appendBuffer(publish);
    for (int piece = 1; piece <= both.length(); piece++) {
      List<Integer> ids = new ArrayList<>();
      List<Message> messages = new ArrayList<>();
      MqttFrames frames =
          new MqttFrames(frame -> {
            ids.add(MqttFrames.packetId(frame));
            messages.add(MqttFrames.message(frame));
          });
      for (int at = 0; at < both.length(); at += piece) {
        frames.accept(both.getBuffer(at, Math.min(both.length(), at + piece)));
      }
      Message wanted = new Message("a", "x".repeat(128));
      assertEquals(List.of(7, 7), ids, "pieces of " + piece);
      assertEquals(List.of(wanted, wanted), messages);
    }
  }
}
