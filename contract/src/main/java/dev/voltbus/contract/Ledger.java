package dev.voltbus.contract;

import io.vertx.core.Future;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One hop's memory of what it sent on: polls in acquisition, snapshots in mapping. When the next
/// hop has a new owner, it asks here for what its predecessor may have taken with it. To be used on
/// one event loop.
///
/// @param <T> `DevicePoll` or `DeviceSnapshot`
public final class Ledger<T extends Message> {
  private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);
  private static final Duration ANSWERED_WITHIN = Duration.ofMillis(500);
  private static final int MOST_TRIES = 3;

  private final Wiring wiring;
  private final Site site;
  private final Hop<T> hop;
  private final Map<String, Page> pages = new HashMap<>();
  private final Map<String, Long> tokens = new HashMap<>();
  private final Metrics.Counter stale;
  private Bus.@Nullable Subscription deliveries;

  /// What a hop sends.
  ///
  /// @param name for figures
  record Hop<T extends Message>(String name, Marking<T> marking, Kept.Aging<T> aging) {}

  /// Tells which poll a message is about.
  interface Marking<T> {
    PollMark of(T message);
  }

  /// One device's part of it, for one holding of its shard.
  private final class Page {
    private final Kept<T> kept;
    private final Bus.Subscription asked;

    private Page(String device, RequestAddress<KeptRequest, KeptReply> address) {
      this.kept =
          new Kept<>(
              device,
              publications(device),
              hop.aging,
              wiring
                  .metrics()
                  .counter(
                      "voltbus_ledger_lost_total",
                      "Polls dropped before every publication had them",
                      "site",
                      site.name(),
                      "hop",
                      hop.name,
                      "device",
                      device));
      this.asked =
          wiring
              .bus()
              .serve(
                  address,
                  request ->
                      Future.succeededFuture(kept.answer(request, wiring.time().monotonicNanos())));
    }
  }

  private Ledger(Wiring wiring, Site site, Hop<T> hop) {
    this.wiring = wiring;
    this.site = site;
    this.hop = hop;
    this.stale =
        wiring
            .metrics()
            .counter(
                "voltbus_ledger_refused_total",
                "Acknowledgements refused because they came from a former owner",
                "site",
                site.name(),
                "hop",
                hop.name);
    wiring
        .metrics()
        .gauge(
            "voltbus_ledger_kept",
            "Polls kept until every publication has them",
            () -> pages.values().stream().mapToInt(page -> page.kept.size()).sum(),
            "site",
            site.name(),
            "hop",
            hop.name);
  }

  /// What acquisition has polled.
  public static Ledger<DevicePoll> ofPolls(Wiring wiring, Site site) {
    return new Ledger<>(wiring, site, new Hop<>("acquisition", PollMark::of, DevicePoll::keptFor));
  }

  /// What mapping has made of it.
  public static Ledger<DeviceSnapshot> ofSnapshots(Wiring wiring, Site site) {
    return new Ledger<>(wiring, site, new Hop<>("mapping", PollMark::of, DeviceSnapshot::keptFor));
  }

  /// Asks what was kept. Of an owner that has just gone the cluster may know for a moment longer:
  /// whoever gets no answer from it asks again.
  ///
  /// @return nothing kept if nobody answers
  public static Future<KeptReply> ask(
      Bus bus, RequestAddress<KeptRequest, KeptReply> address, KeptRequest question) {
    return ask(bus, address, question, MOST_TRIES);
  }

  private static Future<KeptReply> ask(
      Bus bus, RequestAddress<KeptRequest, KeptReply> address, KeptRequest question, int tries) {
    return bus.request(address, question, ANSWERED_WITHIN)
        .recover(failure -> {
          if (tries > 1 && isTimeout(failure)) {
            return ask(bus, address, question, tries - 1);
          }
          LOG.debug(
              "device={} nobody has kept anything: {}", question.device(), failure.getMessage());
          return Future.succeededFuture(new KeptReply(question.device(), PollMark.NONE, List.of()));
        });
  }

  private static boolean isTimeout(Throwable failure) {
    return failure instanceof ReplyException reply && reply.failureType() == ReplyFailure.TIMEOUT;
  }

  private Set<String> publications(String device) {
    return site.publications().stream()
        .filter(each -> each.broker().enabled() && each.devices().contains(device))
        .filter(Publication::mustDeliver)
        .map(Publication::name)
        .collect(Collectors.toSet());
  }

  /// Begins to hear what was delivered.
  public Future<Void> start() {
    Bus.Subscription fresh =
        wiring.bus().subscribe(Address.delivered(site.name()), this::delivered);
    deliveries = fresh;
    return fresh.ready();
  }

  public Future<Void> stop() {
    Bus.@Nullable Subscription last = deliveries;
    deliveries = null;
    return last == null ? Future.succeededFuture() : last.cancel();
  }

  private void delivered(Delivered message) {
    long highest = tokens.merge(message.publication(), message.token(), Math::max);
    if (message.token() < highest) {
      stale.increment();
      return;
    }
    for (Delivered.UpTo upTo : message.devices()) {
      @Nullable Page page = pages.get(upTo.device());
      if (page != null) {
        page.kept.delivered(message.publication(), upTo);
      }
    }
  }

  /// Begins to keep what is sent about a device. Completes when every node can ask for it.
  ///
  /// @param address where it is asked for
  public Future<Void> open(String device, RequestAddress<KeptRequest, KeptReply> address) {
    Page page = new Page(device, address);
    pages.put(device, page);
    return page.asked.ready();
  }

  /// Forgets what was sent about a device.
  public Future<Void> close(String device) {
    @Nullable Page page = pages.remove(device);
    return page == null ? Future.succeededFuture() : page.asked.cancel();
  }

  /// Keeps what is being sent.
  ///
  /// @param bytes about as many as it takes
  /// @param keptMillis for how long a former owner has kept it
  public void keep(String device, T message, int bytes, int keptMillis) {
    @Nullable Page page = pages.get(device);
    if (page != null) {
      long since = wiring.time().monotonicNanos() - keptMillis * 1_000_000L;
      page.kept.add(hop.marking.of(message), message, bytes, since);
    }
  }
}
