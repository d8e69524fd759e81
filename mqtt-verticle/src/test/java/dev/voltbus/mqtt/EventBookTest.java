package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.TopicContract.EventTopic;
import dev.voltbus.contract.TopicContract.Sending;
import dev.voltbus.mqtt.EventBook.Event;
import dev.voltbus.mqtt.EventBook.Severity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EventBookTest {
  private static final String OTHER = "bms-2";
  private final StandingTime time = new StandingTime();
  private final EventBook book = new EventBook(time);
  private final List<String> sent = new ArrayList<>();
  private final Map<String, ReceivedSnapshot> snapshots = new HashMap<>();
  private final DeviceWatch watch =
      new DeviceWatch(List.of(Fixtures.DEVICE, OTHER), book, Moment.now(time));
  private boolean isTaken = true;

  private final Publication publication =
      Fixtures.with(
          Fixtures.dbe(BrokerSettings.at("local", "127.0.0.1", 1883)),
          new EventTopic("events", "{prefix}/events", new Sending(0, false, false)));
  private final EventMessages messages =
      new EventMessages((EventTopic) publication.contract().topics().getFirst(), publication, book);

  private void send() {
    messages.send(
        Map.of(),
        Moment.now(time),
        new JsonText(),
        (topic, payload) -> isTaken && sent.add(topic.name() + " " + payload));
  }

  private void look() {
    watch.look(snapshots, Moment.now(time));
  }

  private List<String> names() {
    return book.untold().stream().map(Event::name).toList();
  }

  private void hear() {
    snapshots.put(Fixtures.DEVICE, Snapshots.charging().received(time.monotonicNanos()));
    look();
  }

  private void loseValues() {
    Snapshots lost = new Snapshots(Fixtures.pack()).bad(QualityReason.NO_ANSWER);
    snapshots.put(Fixtures.DEVICE, lost.received(time.monotonicNanos()));
    look();
  }

  // Contract battery-emulator section 3: numbers are texts; each event once until it happens again.
  @Test
  void anEventIsToldOnceEachTimeItHappens() {
    time.leap(Duration.ofMillis(1500));
    book.happened("PAUSE_BEGIN", Severity.WARNING, "by \"panel\"", null);
    send();
    send();
    assertEquals(
        List.of(
            "BE/events {\"event_type\":\"PAUSE_BEGIN\",\"severity\":\"WARNING\",\"count\":\"1\","
                + "\"data\":\"0\",\"message\":\"by \\\"panel\\\"\",\"millis\":\"1500\"}"),
        sent);
    sent.clear();
    time.leap(Duration.ofSeconds(1));
    book.happened("PAUSE_BEGIN", Severity.WARNING, "again", null);
    send();
    assertEquals(
        List.of(
            "BE/events {\"event_type\":\"PAUSE_BEGIN\",\"severity\":\"WARNING\",\"count\":\"2\","
                + "\"data\":\"0\",\"message\":\"again\",\"millis\":\"2500\"}"),
        sent);
  }

  @Test
  void whatTheBrokerDidNotTakeIsToldLaterOldestFirst() {
    book.happened("A", Severity.INFO, "", null);
    time.leap(Duration.ofSeconds(1));
    book.happened("B", Severity.INFO, "", null);
    time.leap(Duration.ofSeconds(1));
    book.happened("A", Severity.INFO, "", null);
    isTaken = false;
    send();
    assertEquals(List.of("B", "A"), names());
    isTaken = true;
    send();
    assertEquals(List.of(), names());
  }

  // The original cuts these words; whole ones are promised.
  @Test
  void theWorstEventThatIsNotOverMakesTheLevel() {
    assertEquals("INFO OK", book.level() + " " + book.status());
    book.happened("PAUSE_BEGIN", Severity.WARNING, "", null);
    assertEquals("WARNING WARNING", book.level() + " " + book.status());
    book.happened("RESTARTING", Severity.UPDATE, "", null);
    assertEquals("UPDATE UPDATING", book.level() + " " + book.status());
    book.happened("EQUIPMENT_STOP", Severity.ERROR, "", null);
    assertEquals("ERROR ERROR", book.level() + " " + book.status());
    book.happened("RESTARTED", Severity.INFO, "", "EQUIPMENT_STOP");
    assertEquals("UPDATE UPDATING", book.level() + " " + book.status());
    book.happened("EQUIPMENT_STOP", Severity.ERROR, "", null);
    assertEquals("ERROR", book.status(), "it holds again");
  }

  @Test
  void aDeviceThatFallsSilentIsAnErrorUntilItIsHeardAgain() {
    hear();
    assertEquals(List.of("MODBUS_BATTERY_DETECTED"), names());
    assertEquals("OK", book.status());
    loseValues();
    assertEquals("ERROR", book.status());
    loseValues();
    assertEquals(1, book.untold().getLast().count(), "told once while it lasts");
    hear();
    assertEquals("OK", book.status());
    assertEquals(2, book.untold().getFirst().count());
  }

  // A device that never answers sends no snapshot that could be looked at.
  @Test
  void aDeviceThatWasNeverHeardIsMissedOncePatienceIsOver() {
    hear();
    time.leap(DeviceWatch.PATIENCE.minusMillis(1));
    hear();
    assertEquals(List.of("MODBUS_BATTERY_DETECTED"), names());
    time.leap(Duration.ofMillis(1));
    hear();
    assertEquals(List.of("MODBUS_BATTERY_DETECTED", "BATTERY2_MODBUS_BATTERY_MISSING"), names());
    assertEquals(
        "device bms-2 is not heard: none of its values is known",
        book.untold().getLast().message());
  }

  @Test
  void uptimeCountsWholeSecondsFromTheBeginning() {
    time.leap(Duration.ofMillis(61_999));
    assertEquals(61, book.uptimeSeconds(Moment.now(time)));
  }
}
