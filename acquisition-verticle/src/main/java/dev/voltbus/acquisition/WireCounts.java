package dev.voltbus.acquisition;

import dev.voltbus.contract.Metrics;
import dev.voltbus.modbus.ModbusCounters;

/// What the Modbus clients of a link count, one after the other, as figures that never fall.
final class WireCounts {
  private static final ModbusCounters NOTHING = new ModbusCounters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  private final Metrics.Counter sent;
  private final Metrics.Counter answered;
  private final Metrics.Counter timeouts;
  private final Metrics.Counter expired;
  private final Metrics.Counter overloads;
  private final Metrics.Counter late;
  private final Metrics.Counter foreign;
  private final Metrics.Counter resyncs;
  private ModbusCounters last = NOTHING;

  WireCounts(Metrics metrics, String... labels) {
    this.sent = metrics.counter("voltbus_link_requests_total", "Requests sent, writes too", labels);
    this.answered =
        metrics.counter(
            "voltbus_link_answers_total", "Answers to them, refusals by the device too", labels);
    this.timeouts =
        metrics.counter(
            "voltbus_link_timeouts_total",
            "Requests sent that got no right answer in time",
            labels);
    this.expired =
        metrics.counter(
            "voltbus_link_expired_requests_total",
            "Requests whose deadline passed before they were sent",
            labels);
    this.overloads =
        metrics.counter(
            "voltbus_link_overloads_total", "Requests refused because too many waited", labels);
    this.late =
        metrics.counter(
            "voltbus_link_late_answers_total",
            "Answers dropped because they came too late",
            labels);
    this.foreign =
        metrics.counter(
            "voltbus_link_foreign_frames_total",
            "Frames dropped because they answer nothing that was asked, or are damaged",
            labels);
    this.resyncs =
        metrics.counter(
            "voltbus_link_resyncs_total",
            "Times bytes were dropped to find the next frame",
            labels);
  }

  /// A new client counts from 0.
  void begin() {
    last = NOTHING;
  }

  /// @param now what the client of the moment has counted since it was created
  void take(ModbusCounters now) {
    sent.add(now.sent() - last.sent());
    answered.add(now.answered() - last.answered());
    timeouts.add(now.timeouts() - last.timeouts());
    expired.add(now.expired() - last.expired());
    overloads.add(now.overloads() - last.overloads());
    late.add(now.late() - last.late());
    foreign.add(now.foreign() - last.foreign());
    resyncs.add(now.resyncs() - last.resyncs());
    last = now;
  }
}
