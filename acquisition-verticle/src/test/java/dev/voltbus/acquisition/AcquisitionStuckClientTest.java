package dev.voltbus.acquisition;

import static dev.voltbus.acquisition.TestingAcquisition.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.Link;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.WriteRequest;
import dev.voltbus.contract.WriteRequest.Deadline;
import dev.voltbus.contract.WriteResult;
import dev.voltbus.contract.Writing;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A Modbus client that breaks its word: it never tells how a request ended. No poll loop may end
/// by that.
class AcquisitionStuckClientTest {
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final TestingAcquisition acquisition = new TestingAcquisition();
  private final TestingDevice device = acquisition.world(new TestingDevice());
  private final SilentClients clients = new SilentClients();

  @BeforeEach
  void deploy() {
    Device inverter = Fixtures.writable("inverter", 1, Writing.USUAL, Fixtures.holding(4));
    Link link =
        new Link("bms", device.url(), SHORT, SHORT, Duration.ofMillis(40), Duration.ofMillis(320));
    acquisition.deploy(new Site("test", List.of(link), List.of(inverter), List.of()), clients);
    acquisition.nextPoll(TestingAcquisition::isRead);
  }

  @AfterEach
  void close() {
    acquisition.close();
  }

  private long replacements() {
    return acquisition.metrics().count("voltbus_link_client_replacements_total", "bms");
  }

  @Test
  void pollsGoOnAfterARequestWhoseOutcomeNeverCame() {
    clients.swallowNext("read");
    acquisition.until("swallowed", clients::hasSwallowed);
    long polls = acquisition.metrics().count("voltbus_polls_total", "inverter");
    acquisition.until(
        "polls again",
        () -> acquisition.metrics().count("voltbus_polls_total", "inverter") > polls + 1);

    assertEquals(1, replacements());
    assertEquals(2, clients.created());
    assertTrue(
        acquisition
            .logged()
            .contains(
                "link=bms unit 1: holding 4 has no outcome long after its time limit; its Modbus"
                    + " client is replaced"),
        () -> acquisition.logged().toString());
  }

  // What became of it is not known, and whoever asked must hear just that.
  @Test
  void aWriteWhoseOutcomeNeverCameIsUnknownAndTheLaneIsOpenAgain() {
    clients.swallowNext("write");
    WriteResult lost = await(write("w-1"));
    WriteResult next = await(write("w-2"));

    assertEquals(WriteResult.Outcome.UNKNOWN, lost.outcome());
    assertEquals(WriteResult.Outcome.VERIFIED, next.outcome());
    assertEquals(1, replacements());
    acquisition.nextPoll(TestingAcquisition::isRead);
  }

  private Future<WriteResult> write(String id) {
    WriteRequest request =
        new WriteRequest(
            id, "test", "inverter", "register_0", 7, Deadline.in(10_000), 5, "a test", null);
    return acquisition.bus().request(RequestAddress.writes("test", "bms"), request, LIMIT);
  }

  // Figures of the wire belong to the link, whichever client counted them.
  @Test
  void figuresOfTheWireGoOnWithTheNextClient() {
    clients.swallowNext("read");
    acquisition.until("replaced", () -> replacements() == 1);
    long kept = count("voltbus_link_answers_total");
    acquisition.until("more answers", () -> count("voltbus_link_answers_total") > kept);

    assertTrue(kept > 0, "what the first client counted is lost");
    assertTrue(
        count("voltbus_link_requests_total") >= count("voltbus_link_answers_total"),
        "each answer has its request");
  }

  private long count(String name) {
    return acquisition.metrics().count(name, "bms");
  }
}
