package dev.voltbus.acquisition;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.KeepAlive;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.Link;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.Shard;
import dev.voltbus.contract.Wiring;
import dev.voltbus.contract.Writing;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All writing of one link session: the requests from the bus, the lane to the wire, what is kept
/// alive, what wears.
final class LinkWrites {
  private static final Logger LOG = LoggerFactory.getLogger(LinkWrites.class);

  /// Who polls the same link.
  interface Polls {
    /// Polls may use the wire again.
    void goOn();

    /// Whether a device cannot be reached for the moment.
    boolean isSilent(Device device);

    /// A register was written: its poll group may be read soon, so that everybody sees it.
    void written(WriteTarget target);
  }

  private final String site;
  private final Link link;
  private final Wiring wiring;
  private final WearFile file;
  private final WearBudget budget;
  private final WriteLane lane;
  private final KeepAlives keepAlives;
  private final WriteDoor door;
  private final Unfed unfed = new Unfed();
  private final List<Bus.Subscription> subscriptions = new ArrayList<>();
  private boolean ended;

  LinkWrites(
      Vertx vertx,
      String site,
      Link link,
      Lease lease,
      Wiring wiring,
      Agenda agenda,
      Line line,
      ModelPlaces models,
      WriteWatch watch,
      Polls polls) {
    this.site = site;
    this.link = link;
    this.wiring = wiring;
    this.file = new WearFile(vertx, wiring.state(), site, link.name());
    this.budget = new WearBudget(wiring.time(), this::keep);
    this.lane =
        new WriteLane(
            line,
            new WriteReads(line, models),
            lease,
            wiring.time(),
            agenda,
            budget,
            link.requestTimeout(),
            polls::goOn);
    this.keepAlives =
        new KeepAlives(
            lane,
            agenda,
            wiring.time(),
            watch,
            device -> polls.isSilent(device) || unfed.has(device.name()));
    this.door =
        new WriteDoor(
            site, lease, wiring.time(), agenda, lane, budget, keepAlives, watch, polls::written);
  }

  private void keep() {
    file.save(budget::text);
  }

  /// Takes up a device behind the link.
  void add(Device device) {
    Map<String, WriteTarget> targets = WriteTarget.of(device);
    lane.add(device);
    door.add(targets, device.name());
    device.map().keepAlive().forEach(rule -> add(device, targets.get(rule.key()), rule));
  }

  private void add(Device device, @Nullable WriteTarget target, KeepAlive rule) {
    try {
      keepAlives.add(Objects.requireNonNull(target, rule.key()), rule);
    } catch (IllegalArgumentException e) {
      LOG.error("device={} keep-alive left out: {}", device.name(), e.getMessage());
    }
  }

  /// Takes requests from now on, once it is known what was written today and which senders are
  /// former ones.
  Future<Void> begin() {
    return file.load().onSuccess(this::load).compose(ready -> highestToken()).compose(this::open);
  }

  private void load(String text) {
    int damaged = budget.load(text);
    if (damaged > 0) {
      LOG.warn("link={} wear budget: {} damaged lines left out", link.name(), damaged);
    }
  }

  private Future<Long> highestToken() {
    return wiring.leases().token(new Shard(Shard.Kind.SITE, site, site));
  }

  private Future<Void> open(long highestToken) {
    if (ended) {
      return Future.succeededFuture();
    }
    door.begin(highestToken);
    keepAlives.begin();
    Bus bus = wiring.bus();
    subscriptions.add(bus.subscribe(Address.control(site), unfed::accept));
    subscriptions.add(bus.serve(RequestAddress.writes(site, link.name()), door::take));
    return Future.join(subscriptions.stream().map(Bus.Subscription::ready).toList()).mapEmpty();
  }

  /// Ends what waits for an outcome that never comes. To be called now and then.
  void lookAfter() {
    lane.lookAfter();
  }

  /// Whether a write has the wire, so that no new poll request may begin.
  boolean isBusy() {
    return lane.isBusy();
  }

  /// A block of a poll with what was read back after writes since.
  RegisterBlock admit(Device device, RegisterBlock block, long startedNanos) {
    return lane.readBacks().admit(device.name(), block, startedNanos);
  }

  /// Takes no more requests and sends nothing more. Completes when no other node's request can come
  /// in.
  Future<Void> end() {
    ended = true;
    keepAlives.end();
    door.end();
    lane.end();
    return Future.join(subscriptions.stream().map(Bus.Subscription::cancel).toList()).mapEmpty();
  }

  /// Whether any register of a device wears.
  static boolean wears(Device device) {
    return device.map().writing().values().stream()
        .anyMatch(writing -> writing.storage() == Writing.Storage.FLASH);
  }
}
