package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.SafetyState;
import dev.voltbus.contract.SafetyState.Watchdog;
import dev.voltbus.contract.SiteReport;
import dev.voltbus.contract.TopicContract.Field.Shows;
import dev.voltbus.contract.TopicContract.MessageField;
import dev.voltbus.contract.TopicContract.MessageTopic;
import dev.voltbus.contract.TopicContract.Sending;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReportTopicTest {
  private static final String SAFE = "{\"is_safe\":true}";
  private static final String UNSAFE = "{\"is_safe\":false}";

  private final List<String> sent = new ArrayList<>();
  private boolean isOpen = true;
  private final Outlet outlet = (topic, payload) -> isOpen && sent.add(payload.toString());

  private static ReportTopic topic(boolean onceOnly) {
    MessageTopic rule =
        new MessageTopic(
            "safety",
            "{prefix}/safety",
            Sending.DEFAULT,
            SiteReport.Kind.SAFETY,
            onceOnly,
            List.of(new MessageField("is_safe", Shows.VALUE, "is-safe", null, false, null)));
    return new ReportTopic(rule, Fixtures.tinybms(Fixtures.broker(1)));
  }

  private static SafetyState state(long token, boolean isSafe, int ageMillis) {
    return new SafetyState(token, isSafe, Watchdog.OK, 1_740_151_200_000L, ageMillis, 3_000);
  }

  private static Moment at(long millis) {
    return new Moment(TimeUnit.MILLISECONDS.toNanos(millis), 0);
  }

  @Test
  void nothingIsSentBeforeTheFirstMessage() {
    ReportTopic topic = topic(false);
    topic.repeat(at(0), outlet);
    topic.sendUnsent(at(0), outlet);
    assertEquals(List.of(), sent);
  }

  @Test
  void safetyGoesOutWhenItChangesAndAtEachInterval() {
    ReportTopic topic = topic(false);
    topic.accept(state(1, true, 0), at(0), outlet);
    topic.accept(state(1, true, 0), at(500), outlet);
    assertEquals(List.of(SAFE), sent);
    topic.accept(state(1, false, 0), at(1_000), outlet);
    assertEquals(List.of(SAFE, UNSAFE), sent);
    topic.repeat(at(2_000), outlet);
    assertEquals(List.of(SAFE, UNSAFE, UNSAFE), sent);
  }

  // A consumer would take it for the present state of a site that nobody looks after any more.
  @Test
  void aSafeStateThatIsTooOldIsNotShown() {
    ReportTopic topic = topic(false);
    topic.accept(state(1, true, 1_000), at(0), outlet);
    topic.repeat(at(1_999), outlet);
    assertEquals(List.of(SAFE, SAFE), sent);
    assertFalse(topic.fallsSilent(at(1_999)));
    topic.repeat(at(2_000), outlet);
    assertEquals(List.of(SAFE, SAFE), sent);
    assertTrue(topic.fallsSilent(at(2_000)));
    assertFalse(topic.fallsSilent(at(3_000)), "told once");
    topic.accept(state(1, true, 0), at(4_000), outlet);
    assertEquals(List.of(SAFE, SAFE, SAFE), sent, "known again, at once");
  }

  @Test
  void anOwnerThatLostItsLeaseIsNotHeard() {
    ReportTopic topic = topic(false);
    topic.accept(state(2, false, 0), at(0), outlet);
    assertFalse(topic.accept(state(1, true, 0), at(1), outlet));
    topic.repeat(at(2), outlet);
    assertEquals(List.of(UNSAFE, UNSAFE), sent);
  }

  @Test
  void eachMessageIsSentOnceWhereTheContractSaysSo() {
    ReportTopic topic = topic(true);
    topic.accept(state(1, true, 0), at(0), outlet);
    topic.accept(state(1, true, 0), at(1), outlet);
    topic.repeat(at(2), outlet);
    assertEquals(List.of(SAFE, SAFE), sent);
  }

  @Test
  void whatCouldNotLeaveGoesOutAfterTheReconnectUnlessItIsTooOld() {
    ReportTopic topic = topic(true);
    isOpen = false;
    topic.accept(state(1, true, 0), at(0), outlet);
    isOpen = true;
    topic.sendUnsent(at(1_000), outlet);
    topic.sendUnsent(at(1_500), outlet);
    assertEquals(List.of(SAFE), sent);
    isOpen = false;
    topic.accept(state(1, false, 0), at(2_000), outlet);
    isOpen = true;
    topic.sendUnsent(at(5_000), outlet);
    assertEquals(List.of(SAFE), sent);
  }
}
