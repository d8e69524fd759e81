package dev.voltbus.acquisition;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Link;
import dev.voltbus.contract.LinkStatus;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.Wiring;
import dev.voltbus.modbus.ModbusCounters;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows how a link does and says so when that changes: log, health, bus, counters.
///
/// A lost connection alone is no change: the next request makes a new one, and a unit that is
/// silent costs the connection with each of its time-outs. The link is down once that attempt
/// fails.
final class LinkWatch {
  private static final Logger LOG = LoggerFactory.getLogger(LinkWatch.class);

  private enum State {
    UNTRIED,
    UP,
    DOWN
  }

  private final String site;
  private final Link link;
  private final String part;
  private final Wiring wiring;
  private final Metrics.Counter connections;
  private final Metrics.Counter failures;
  private final Metrics.Counter losses;
  private final Metrics.Counter replacements;
  private final WireCounts counts;
  private State state = State.UNTRIED;
  private String reason = "";
  private long token;

  LinkWatch(String site, Link link, Wiring wiring) {
    this.site = site;
    this.link = link;
    this.part = "link " + link.name();
    this.wiring = wiring;
    String[] labels = {"site", site, "link", link.name()};
    Metrics metrics = wiring.metrics();
    this.connections =
        metrics.counter("voltbus_link_connections_total", "Connections made", labels);
    this.failures =
        metrics.counter(
            "voltbus_link_connect_failures_total", "Attempts to connect that failed", labels);
    this.losses =
        metrics.counter(
            "voltbus_link_losses_total", "Connections lost or given up after a fault", labels);
    this.replacements =
        metrics.counter(
            "voltbus_link_client_replacements_total",
            "Modbus clients replaced because a request had no outcome",
            labels);
    this.counts = new WireCounts(metrics, labels);
  }

  /// @param leaseToken goes out with each status until the next begin
  void begin(long leaseToken) {
    token = leaseToken;
    state = State.UNTRIED;
    counts.begin();
    wiring.health().down(part, "not connected yet");
  }

  /// A connection was made.
  void connected() {
    connections.increment();
  }

  /// A connection has carried a request, so it is more than an open door.
  void proven() {
    if (state == State.UP) {
      return;
    }
    LOG.info(
        "link={} connected{} to {}", link.name(), state == State.DOWN ? " again" : "", link.url());
    wiring.health().up(part);
    enter(State.UP, "");
  }

  void unreachable(String why) {
    failures.increment();
    wiring.health().down(part, why);
    if (state == State.DOWN) {
      reason = why;
      return;
    }
    LOG.warn("link={} cannot connect to {}: {}; trying again", link.name(), link.url(), why);
    enter(State.DOWN, why);
  }

  private void enter(State next, String why) {
    state = next;
    reason = why;
    announce();
  }

  /// Tells the bus how the link does, unless that is not known yet. Repeated now and then for those
  /// who came later.
  void announce() {
    if (state != State.UNTRIED) {
      long clock = TimeUnit.NANOSECONDS.toMillis(wiring.time().monotonicNanos());
      LinkStatus status = new LinkStatus(link.name(), token, state == State.UP, reason, clock);
      wiring.bus().publish(Address.links(site), status);
    }
  }

  void lost(String why) {
    losses.increment();
    LOG.debug("link={} connection lost: {}", link.name(), why);
  }

  /// What the client has counted since it was created.
  void counted(ModbusCounters soFar) {
    counts.take(soFar);
  }

  /// The client was given up and another one takes its place.
  ///
  /// @param last what it has counted
  void replaced(ModbusCounters last) {
    replacements.increment();
    counts.take(last);
    counts.begin();
  }

  /// Whether the last attempt to connect failed.
  boolean isDown() {
    return state == State.DOWN;
  }

  /// Why it is down; empty while it is not.
  String reason() {
    return reason;
  }

  void end() {
    wiring.health().gone(part);
  }
}
