package dev.voltbus.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.voltbus.contract.Delivered.UpTo;
import dev.voltbus.contract.TopicContract.Overrides;
import dev.voltbus.contract.TopicContract.PerValue;
import dev.voltbus.contract.TopicContract.Reporting;
import dev.voltbus.contract.TopicContract.Sending;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What acquisition keeps, asked for and acknowledged over the bus.
class LedgerTest {
  private static final String DEVICE = "bms-1";
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = Bus.over(vertx);
  private final Context loop = vertx.getOrCreateContext();
  private final RequestAddress<KeptRequest, KeptReply> address =
      RequestAddress.keptPolls("test", DEVICE);
  private final Ledger<DevicePoll> ledger =
      Ledger.ofPolls(
          new Wiring(
              bus,
              new SingleProcessLeases(TimeSource.system()),
              TimeSource.system(),
              Metrics.none(),
              Health.none()),
          site());

  private static Site site() {
    return new Site(
        "test",
        List.of(Link.to("bms", "tcp://127.0.0.1:1")),
        List.of(new Device(DEVICE, "bms", 1, Samples.battery())),
        List.of(
            publication("every", new Sending(1, false, true), true),
            publication("latest", new Sending(1, false, false), true),
            publication("off", new Sending(1, false, true), false)));
  }

  private static Publication publication(String name, Sending sending, boolean isEnabled) {
    BrokerSettings broker = BrokerSettings.at("local", "127.0.0.1", 1883);
    TopicContract contract =
        new TopicContract(
            name,
            name,
            name,
            null,
            null,
            List.of(new PerValue("{prefix}/{suffix}", sending, Reporting.ON_CHANGE)),
            null,
            List.of(),
            null);
    return new Publication(
        name,
        contract,
        isEnabled ? broker : off(broker),
        name,
        List.of(DEVICE),
        Duration.ofSeconds(5),
        Set.of(),
        Map.of(),
        Overrides.NONE,
        "test",
        Discovery.Setting.USUAL,
        TopicContract.AlarmBand.USUAL,
        OutboxBounds.USUAL);
  }

  private static BrokerSettings off(BrokerSettings broker) {
    return new BrokerSettings(
        broker.name(),
        broker.host(),
        broker.port(),
        broker.clientId(),
        broker.username(),
        broker.password(),
        broker.rootTopic(),
        broker.cleanSession(),
        broker.defaultQos(),
        broker.retainByDefault(),
        broker.keepAlive(),
        broker.reconnectInterval(),
        broker.tls(),
        broker.kind(),
        broker.maxPayload(),
        false);
  }

  @BeforeEach
  void open() {
    onLoop(ledger::start);
    onLoop(() -> ledger.open(DEVICE, address));
    for (int i = 1; i <= 3; i++) {
      keep(i);
    }
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private <T> T onLoop(Supplier<Future<T>> step) {
    Promise<T> done = Promise.promise();
    loop.runOnContext(now -> step.get().onComplete(done));
    return done.future().await();
  }

  private void keep(long sequence) {
    onLoop(() -> {
      ledger.keep(
          DEVICE,
          new DevicePoll(DEVICE, "fast", 7, 1234, sequence, 5, 3000, 4000, List.of()),
          100,
          0);
      return Future.succeededFuture();
    });
  }

  private static PollMark mark(long sequence) {
    return new PollMark(7, 1234, sequence);
  }

  private void delivered(String publication, long token, long sequence) {
    onLoop(() -> {
      bus.publish(
          Address.delivered("test"),
          new Delivered(
              publication,
              token,
              List.of(
                  new UpTo(DEVICE, mark(sequence), PollMark.NONE),
                  new UpTo("other", mark(9), PollMark.NONE))));
      return Future.succeededFuture();
    });
  }

  private List<Long> kept() {
    KeptReply reply =
        bus.request(address, new KeptRequest(DEVICE, "", PollMark.NONE), LIMIT).await();
    return reply.messages().stream().map(message -> ((DevicePoll) message).sequence()).toList();
  }

  // Only publications that are on and must deliver are waited for.
  @Test
  void whatIsDeliveredIsNotSentAgain() {
    assertEquals(List.of(1L, 2L, 3L), kept());
    delivered("latest", 42, 3);
    assertEquals(List.of(1L, 2L, 3L), kept());
    delivered("every", 42, 2);
    assertEquals(List.of(3L), kept());
  }

  // The former owner of a publication may have said so before it lost what it had.
  @Test
  void aFormerOwnersAcknowledgementIsRefused() {
    delivered("every", 42, 1);
    delivered("every", 41, 3);
    assertEquals(List.of(2L, 3L), kept());
  }

  @Test
  void withTheShardWhatWasKeptIsGone() {
    onLoop(() -> ledger.close(DEVICE));
    assertThrows(ReplyException.class, this::kept);
    keep(4);
    onLoop(() -> ledger.open(DEVICE, address));
    assertEquals(List.of(), kept());
  }
}
