package dev.voltbus.acquisition;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.DeviceMessage;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.Ledger;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.ShardDuty;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One device without Modbus: makes a poll of each message that a broker brought about it, while
/// its lease is held.
///
/// A message with a time of its own is as old as it says. One that is not newer than the last, or
/// from the future, is refused; so is a retained one without a time, because nobody knows how old
/// it is.
final class PushDuty implements ShardDuty {
  private static final Logger LOG = LoggerFactory.getLogger(PushDuty.class);

  /// How far the clock of a device may be ahead of ours.
  static final Duration MOST_AHEAD = Duration.ofMinutes(1);

  private static final int MOST_TOLD = 100;

  private final Context home;
  private final String site;
  private final Device device;
  private final Wiring wiring;
  private final Ledger<DevicePoll> ledger;
  private final Map<String, Metrics.Counter> refused = new HashMap<>();
  private final Metrics.Counter taken;
  private final Set<String> told = new HashSet<>();
  private @Nullable Turn turn;

  PushDuty(Vertx vertx, String site, Device device, Wiring wiring, Ledger<DevicePoll> ledger) {
    this.home = vertx.getOrCreateContext();
    this.site = site;
    this.device = device;
    this.wiring = wiring;
    this.ledger = ledger;
    this.taken =
        wiring
            .metrics()
            .counter(
                "voltbus_push_taken_total",
                "Messages that became values",
                "site",
                site,
                "device",
                device.name());
  }

  @Override
  public Future<Void> begin(Lease lease) {
    return atHome(() -> {
      Turn fresh = new Turn(lease);
      turn = fresh;
      return ledger
          .open(device.name(), RequestAddress.keptPolls(site, device.name()))
          .compose(kept -> fresh.subscription.ready());
    });
  }

  @Override
  public Future<Void> end() {
    return atHome(() -> {
      @Nullable Turn last = turn;
      turn = null;
      return last == null
          ? Future.succeededFuture()
          : last.subscription.cancel().eventually(() -> ledger.close(device.name()));
    });
  }

  private Future<Void> atHome(Supplier<Future<Void>> step) {
    Promise<Void> done = Promise.promise();
    home.runOnContext(
        now -> Future.succeededFuture().compose(start -> step.get()).onComplete(done));
    return done.future();
  }

  private void refuse(String reason, String text) {
    refused
        .computeIfAbsent(
            reason,
            key ->
                wiring
                    .metrics()
                    .counter(
                        "voltbus_push_refused_total",
                        "Messages, or fields of them, that did not become values",
                        "site",
                        site,
                        "device",
                        device.name(),
                        "reason",
                        key))
        .increment();
    if (told.size() < MOST_TOLD && told.add(reason + " " + text.split(" ", 2)[0])) {
      LOG.warn("device={} push refused: {}", device.name(), text);
    }
  }

  /// One holding of the lease.
  private final class Turn {
    private final Lease lease;
    private final long epoch = wiring.time().wallMillis();
    private final Bus.Subscription subscription;
    private long brokerToken;
    private long sequence;
    private @Nullable Long newest;

    private Turn(Lease lease) {
      this.lease = lease;
      this.subscription =
          wiring.bus().subscribe(Address.deviceMessages(site), message -> accept(message));
    }

    private void accept(DeviceMessage message) {
      boolean isOurs = turn == this && message.device().equals(device.name()) && lease.isValid();
      if (!isOurs || message.token() < brokerToken) {
        return;
      }
      brokerToken = message.token();
      take(message, PushedMessage.read(device, message.topic(), message.payload()));
    }

    private void take(DeviceMessage message, PushedMessage.Content content) {
      for (PushedMessage.Refusal refusal : content.refusals()) {
        String field = refusal.field().isEmpty() ? "payload" : refusal.field();
        refuse(
            refusal.fault().name().toLowerCase(Locale.ROOT).replace('_', '-'),
            message.topic() + " " + field + " " + refusal.fault().text());
      }
      if (!content.blocks().isEmpty() && isTimely(message, content.at())) {
        newest = content.at() == null ? newest : content.at();
        taken.increment();
        content.blocks().forEach((group, words) -> publish(group, words, content.at()));
      }
    }

    private boolean isTimely(DeviceMessage message, @Nullable Long at) {
      long now = wiring.time().wallMillis();
      @Nullable Long last = newest;
      if (at == null) {
        if (message.retained()) {
          refuse(
              "retained", message.topic() + " was kept by the broker and has no time of its own");
        }
        return !message.retained();
      }
      if (at > now + MOST_AHEAD.toMillis()) {
        refuse("future", message.topic() + " is " + (at - now) / 1000 + " s ahead of this clock");
        return false;
      }
      if (last != null && at <= last) {
        refuse("old", message.topic() + " is not newer than the one before");
        return false;
      }
      return true;
    }

    private void publish(String name, List<PushedMessage.Words> words, @Nullable Long at) {
      PollGroup group =
          device.map().groups().stream()
              .filter(candidate -> candidate.name().equals(name))
              .findFirst()
              .orElseThrow();
      long now = wiring.time().wallMillis();
      long readAt = at == null ? now : at;
      int age = Math.clamp(now - readAt, 0, Integer.MAX_VALUE);
      DevicePoll sent =
          new DevicePoll(
              device.name(),
              name,
              lease.token(),
              epoch,
              ++sequence,
              age,
              (int) group.staleAfter().toMillis(),
              (int) group.unavailableAfter().toMillis(),
              words.stream().map(value -> value.block(readAt)).toList());
      ledger.keep(device.name(), sent, sent.bytes(), 0);
      wiring.bus().publish(Address.polls(site), sent);
    }
  }
}
