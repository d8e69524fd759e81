package dev.voltbus.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.voltbus.contract.Delivered.UpTo;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// What one hop keeps of a device.
class KeptTest {
  private static final String DEVICE = "bms-1";
  private static final long SECOND = 1_000_000_000L;
  private static final int SIZE = 100;

  private final AtomicLong lost = new AtomicLong();
  private final Kept<DevicePoll> kept = kept(Set.of("local", "cloud"));

  private Kept<DevicePoll> kept(Set<String> publications) {
    return new Kept<>(DEVICE, publications, DevicePoll::keptFor, lost::addAndGet);
  }

  private static DevicePoll poll(long sequence) {
    return new DevicePoll(DEVICE, "fast", 7, 1234, sequence, 5, 3000, 4000, List.of());
  }

  private static PollMark mark(long sequence) {
    return new PollMark(7, 1234, sequence);
  }

  private static void add(Kept<DevicePoll> to, int polls) {
    for (int i = 1; i <= polls; i++) {
      to.add(mark(i), poll(i), SIZE, i * SECOND);
    }
  }

  private static List<Long> numbers(KeptReply reply) {
    return reply.messages().stream().map(message -> ((DevicePoll) message).sequence()).toList();
  }

  private KeptReply asked(String publication, PollMark after) {
    return kept.answer(new KeptRequest(DEVICE, publication, after), 5 * SECOND);
  }

  @Test
  void whatEachPublicationHasDeliveredIsForgotten() {
    add(kept, 4);
    kept.delivered("local", new UpTo(DEVICE, mark(3), mark(3)));
    assertEquals(4, kept.size());
    kept.delivered("cloud", new UpTo(DEVICE, mark(2), mark(4)));
    assertEquals(2, kept.size());
    assertEquals(0, lost.get());
  }

  // Whoever comes new must not wait for the next poll.
  @Test
  void theNewestIsKeptAlsoIfAllIsDelivered() {
    add(kept, 2);
    kept.delivered("local", new UpTo(DEVICE, mark(2), mark(2)));
    kept.delivered("cloud", new UpTo(DEVICE, mark(2), mark(2)));
    assertEquals(List.of(2L), numbers(asked("local", PollMark.NONE)));
    assertEquals(mark(2), asked("local", PollMark.NONE).delivered());
  }

  @Test
  void eachPublicationGetsWhatItHasNotDelivered() {
    add(kept, 4);
    kept.delivered("local", new UpTo(DEVICE, mark(3), mark(4)));
    assertEquals(List.of(4L), numbers(asked("local", PollMark.NONE)));
    assertEquals(List.of(1L, 2L, 3L, 4L), numbers(asked("cloud", PollMark.NONE)));
    assertEquals(List.of(3L, 4L), numbers(asked("cloud", mark(2))));
    assertEquals(List.of(1L, 2L, 3L, 4L), numbers(asked("", PollMark.NONE)));
  }

  @Test
  void whoNeedNotDeliverGetsTheNewestOnly() {
    add(kept, 4);
    assertEquals(List.of(4L), numbers(asked("other", PollMark.NONE)));
    Kept<DevicePoll> unwanted = kept(Set.of());
    add(unwanted, 4);
    assertEquals(1, unwanted.size());
  }

  // An acknowledgement that comes late must not bring back what was forgotten.
  @Test
  void anOlderAcknowledgementChangesNothing() {
    add(kept, 4);
    kept.delivered("local", new UpTo(DEVICE, mark(3), mark(3)));
    kept.delivered("local", new UpTo(DEVICE, mark(1), mark(1)));
    assertEquals(List.of(4L), numbers(asked("local", PollMark.NONE)));
  }

  @Test
  void aMessageSaysForHowLongItWasKept() {
    add(kept, 2);
    DevicePoll first = (DevicePoll) asked("cloud", PollMark.NONE).messages().getFirst();
    assertEquals(4000, first.keptMillis());
    assertEquals(4005, first.ageMillis());
    assertEquals(first, poll(1).keptFor(1500).keptFor(2500));
  }

  // A publication that has all on its disk sends it by itself once the broker is back.
  @Test
  void whatIsTooOldIsLostUnlessItIsStored() {
    int seconds = (int) (Kept.LONGEST_NANOS / SECOND);
    add(kept, 2);
    kept.delivered("local", new UpTo(DEVICE, PollMark.NONE, mark(1)));
    kept.delivered("cloud", new UpTo(DEVICE, mark(1), PollMark.NONE));
    kept.add(mark(3), poll(3), SIZE, (seconds + 2) * SECOND);
    assertEquals(2, kept.size());
    assertEquals(0, lost.get());
    kept.add(mark(4), poll(4), SIZE, (seconds + 3) * SECOND);
    assertEquals(2, kept.size());
    assertEquals(1, lost.get());
  }

  @Test
  void whatIsTooMuchIsLost() {
    int third = (int) (Kept.MOST_BYTES / 3);
    for (int i = 1; i <= 5; i++) {
      kept.add(mark(i), poll(i), third, SECOND);
    }
    assertEquals(3, kept.size());
    assertEquals(2, lost.get());
  }

  // One that is larger than all there is room for is better than none.
  @Test
  void theNewestIsKeptHoweverLargeItIs() {
    kept.add(mark(1), poll(1), (int) Kept.MOST_BYTES + 1, SECOND);
    assertEquals(1, kept.size());
  }

  @Test
  void marksGrowWithSequenceThenEpochThenToken() {
    List<PollMark> inOrder =
        List.of(
            PollMark.NONE,
            new PollMark(1, 9, 9),
            new PollMark(2, 1, 9),
            new PollMark(2, 2, 1),
            new PollMark(2, 2, 2));
    assertEquals(inOrder, inOrder.stream().sorted().toList());
  }
}
