package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.CommandResult.About;
import dev.voltbus.contract.CommandResult.Status;
import dev.voltbus.contract.ControlState.Mode;
import dev.voltbus.contract.Limits;
import dev.voltbus.mqtt.EventBook.Event;
import java.util.List;
import org.junit.jupiter.api.Test;

class ControlEventsTest {
  private static final long END = 1_795_759_200_123L;
  private final EventBook book = new EventBook(new StandingTime());
  private final ControlEvents events = new ControlEvents(Fixtures.DEVICE, book);

  /// What happened since it was last asked.
  private List<String> names() {
    List<Event> untold = book.untold();
    untold.forEach(Event::told);
    return untold.stream().map(Event::name).toList();
  }

  // Said again every 10 s, a state must not be an event each time.
  @Test
  void aRepeatedStateIsNoEvent() {
    events.accept(TestingOwner.paused(true, false));
    assertEquals(List.of("PAUSE_BEGIN"), names());
    events.accept(TestingOwner.paused(true, false));
    events.accept(TestingOwner.paused(true, true));
    events.accept(TestingOwner.paused(false, true));
    assertEquals(List.of(), names());
    assertEquals("WARNING", book.status());
    events.accept(TestingOwner.running());
    assertEquals(List.of("PAUSE_END"), names());
    assertEquals("OK", book.status());
  }

  @Test
  void aLimitBeginsIsReplacedAndEnds() {
    events.accept(TestingOwner.limited(50, 100, END, 30_000));
    assertEquals(List.of("LIMITS_SET"), names());
    events.accept(TestingOwner.limited(50, 100, END + 1, 20_000));
    assertEquals(List.of(), names());
    events.accept(TestingOwner.limited(50, 100, END + 30_000, 50_000));
    assertEquals(List.of("LIMITS_SET"), names());
    events.accept(TestingOwner.limited(40, 100, END + 30_000, 50_000));
    assertEquals(List.of("LIMITS_SET"), names());
    events.accept(TestingOwner.running());
    events.accept(TestingOwner.running());
    assertEquals(List.of("LIMITS_EXPIRED"), names());
  }

  @Test
  void aStopIsSeenFromItsBeginningToItsEnd() {
    events.accept(TestingOwner.in(Mode.STOPPING));
    events.accept(TestingOwner.in(Mode.STOPPED));
    events.accept(TestingOwner.in(Mode.STOPPED));
    assertEquals(List.of("STOP_BEGIN", "STOPPED"), names());
    assertEquals("WARNING", book.status());
    events.accept(TestingOwner.running());
    assertEquals(List.of("STOP_END"), names());
    assertEquals("OK", book.status());
    events.accept(TestingOwner.in(Mode.STOPPING));
    events.accept(TestingOwner.running());
    assertEquals(List.of("STOP_BEGIN", "STOP_END"), names().stream().sorted().toList());
    assertEquals("OK", book.status());
  }

  // A device that was not heard since the start is an event of its own already.
  @Test
  void contactIsLostOnlyWhereItWasThere() {
    events.accept(TestingOwner.lost());
    events.accept(TestingOwner.running());
    assertEquals(List.of(), names());
    events.accept(TestingOwner.lost());
    events.accept(TestingOwner.lost());
    assertEquals(List.of("CONTACT_LOST"), names());
    assertEquals("ERROR", book.status());
    events.accept(TestingOwner.running());
    assertEquals(List.of("CONTACT_BACK"), names());
    assertEquals("OK", book.status());
  }

  private static CommandResult result(String device, Status status) {
    return new CommandResult(
        "id",
        status,
        "60 A of 50 A",
        "",
        new About("SET_LIMITS", device, ""),
        "",
        Limits.NONE,
        Limits.NONE,
        0,
        0);
  }

  @Test
  void aLimitThatIsNotFollowedIsAWarningUntilTheNextOne() {
    events.accept(result("other", Status.NOT_FOLLOWED));
    assertEquals(List.of(), names());
    events.accept(result(Fixtures.DEVICE, Status.NOT_FOLLOWED));
    assertEquals("device bms: 60 A of 50 A", book.untold().getFirst().message());
    assertEquals(List.of("LIMIT_NOT_FOLLOWED"), names());
    assertEquals("WARNING", book.status());
    events.accept(result(Fixtures.DEVICE, Status.REPLACED));
    assertEquals("OK", book.status());
  }
}
