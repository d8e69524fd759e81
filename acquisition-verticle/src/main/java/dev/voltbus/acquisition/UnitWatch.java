package dev.voltbus.acquisition;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.Metrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows how a unit is asked: figures for each request, a log line where something was learned or
/// the rate has changed.
final class UnitWatch {
  private static final Logger LOG = LoggerFactory.getLogger(UnitWatch.class);

  /// What gauges show, taken after each request.
  private record Figures(
      double rate, double busTime, double creditSeconds, int quarantined, int gap, int block) {}

  private final Device device;
  private final Metrics.Timing roundTrips;
  private final Metrics.Counter refused;
  private final Metrics.Counter unanswered;
  private final Metrics.Counter busy;
  private final Metrics.Counter probes;
  private volatile Figures figures;
  private boolean slowed;
  private int gap;
  private int block;

  UnitWatch(String site, Device device, Metrics metrics) {
    this.device = device;
    PlanRules rules = PlanRules.of(device);
    this.gap = rules.largestGap();
    this.block = rules.largestBlock();
    this.figures = new Figures(1, 0, 0, 0, gap, block);
    String[] labels = {
      "site", site, "link", device.link(), "unit", "" + device.unit(), "device", device.name()
    };
    this.roundTrips =
        metrics.timing("voltbus_round_trip_seconds", "Time from a request to its answer", labels);
    this.refused =
        metrics.counter("voltbus_requests_refused_total", "Requests the device refused", labels);
    this.unanswered =
        metrics.counter("voltbus_requests_unanswered_total", "Requests without answer", labels);
    this.busy =
        metrics.counter("voltbus_requests_busy_total", "Requests that found it busy", labels);
    this.probes =
        metrics.counter("voltbus_probes_total", "Requests to a unit that was silent", labels);
    gauges(metrics, labels);
  }

  private void gauges(Metrics metrics, String... labels) {
    metrics.gauge(
        "voltbus_rate_factor", "Share of the poll rate it is asked at", () -> figures.rate, labels);
    metrics.gauge(
        "voltbus_bus_time_share",
        "Share of the link's time it used",
        () -> figures.busTime,
        labels);
    metrics.gauge(
        "voltbus_bus_credit_seconds",
        "Time it may still cost its neighbours; negative is a debt",
        () -> figures.creditSeconds,
        labels);
    metrics.gauge(
        "voltbus_quarantined_registers",
        "Places left out because the device refuses them",
        () -> figures.quarantined,
        labels);
    metrics.gauge(
        "voltbus_largest_gap_words", "Unused words a read may bridge", () -> figures.gap, labels);
    metrics.gauge(
        "voltbus_largest_block_words", "Words a read may ask for", () -> figures.block, labels);
  }

  /// After a request.
  ///
  /// @param suspected whether the unit was silent when it was asked
  void took(Unit unit, Outcome outcome, long tookNanos, boolean suspected) {
    if (suspected) {
      probes.increment();
    }
    switch (outcome) {
      case Outcome.Read _ -> roundTrips.record(tookNanos);
      case Outcome.Refused _ -> {
        roundTrips.record(tookNanos);
        refused.increment();
      }
      case Outcome.Busy _ -> busy.increment();
      case Outcome.Silent _ -> unanswered.increment();
      case Outcome.Missing _, Outcome.Unconnected _ -> {}
    }
    show(unit);
  }

  private void show(Unit unit) {
    PlanState plan = unit.plan();
    PlanRules rules = plan.rules();
    figures =
        new Figures(
            unit.pace().factor(),
            unit.budget().use(),
            unit.budget().creditNanos() / 1e9,
            plan.quarantined().size(),
            rules.largestGap(),
            rules.largestBlock());
    tellLimits(plan);
    tellRate(unit.pace());
  }

  private void tellLimits(PlanState plan) {
    if (plan.gap() != gap) {
      gap = plan.gap();
      LOG.info("device={} unit={} reads bridge {} unused words now", name(), device.unit(), gap);
    }
    if (plan.block() != block) {
      block = plan.block();
      LOG.info("device={} unit={} reads ask for {} words now", name(), device.unit(), block);
    }
  }

  private void tellRate(Pace pace) {
    if (slowed == pace.isFull()) {
      slowed = !pace.isFull();
      LOG.info(
          "device={} unit={} {}",
          name(),
          device.unit(),
          slowed
              ? "is asked less often: it was busy or did not answer in time"
              : "is asked at its full rate again");
    }
  }

  private String name() {
    return device.name();
  }
}
