package dev.voltbus.acquisition;

import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.WriteResult;
import dev.voltbus.contract.Writing;
import dev.voltbus.modbus.Words;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says what becomes of the writes of a link: a line for each, counters.
final class WriteWatch {
  private static final Logger LOG = LoggerFactory.getLogger(WriteWatch.class);

  private final String site;
  private final String link;
  private final Metrics metrics;
  private final Map<String, Metrics.Counter> counters = new ConcurrentHashMap<>();

  WriteWatch(String site, String link, Metrics metrics) {
    this.site = site;
    this.link = link;
    this.metrics = metrics;
  }

  /// A write that somebody asked for, or its end, is over.
  ///
  /// @param writesLeft what is left today of a flash register's budget
  void finished(WriteOrder order, WriteResult result, int writesLeft) {
    String device = order.target().device().name();
    count("voltbus_writes_total", "Writes by outcome", device, result.outcome());
    String line = "device={} write {} = {}: {} in {} ms{}; {} for {}";
    Object[] facts = {
      device,
      order.target().key(),
      described(order, result),
      word(result.outcome()),
      result.durationMillis(),
      result.reason().isEmpty() ? "" : ", " + result.reason(),
      order.id(),
      order.source()
    };
    if (result.outcome().isSuccess()) {
      LOG.info(line, facts);
    } else {
      LOG.warn(line, facts);
    }
    watchWear(order, result, writesLeft);
  }

  /// The words of a value with a scale factor are known once they were sent.
  private static String described(WriteOrder order, WriteResult result) {
    String value = order.target().describe(order.value());
    return !order.target().isScaled() || result.written().isEmpty()
        ? value
        : value + " (raw " + WriteTarget.hex(Words.of(toArray(result.written()))) + ")";
  }

  private static int[] toArray(List<Integer> words) {
    return words.stream().mapToInt(Integer::intValue).toArray();
  }

  private void watchWear(WriteOrder order, WriteResult result, int writesLeft) {
    if (order.target().writing().storage() == Writing.Storage.FLASH
        && !result.written().isEmpty()) {
      String device = order.target().device().name();
      count("voltbus_flash_writes_total", "Writes that wear a flash register", device, result);
      if (writesLeft == 0) {
        LOG.error(
            "device={} {}: all {} writes of today to this flash register are used up",
            device,
            order.target().key(),
            order.target().writing().writesPerDay());
      }
    }
  }

  /// A request that no order was made from.
  void refused(String device, String key, WriteResult result, String source) {
    count("voltbus_writes_total", "Writes by outcome", device, result.outcome());
    LOG.warn(
        "device={} write {}: {}; {} for {}", device, key, result.reason(), result.id(), source);
  }

  /// A keep-alive was written or not.
  ///
  /// @param changed whether that differs from the time before
  void keptAlive(WriteTarget target, WriteResult result, boolean changed) {
    String device = target.device().name();
    count("voltbus_keep_alives_total", "Keep-alive writes by outcome", device, result.outcome());
    if (!changed) {
      return;
    }
    if (result.outcome().isSuccess()) {
      LOG.info("device={} keep-alive {} works again", device, target.key());
    } else {
      LOG.warn("device={} keep-alive {} fails: {}", device, target.key(), result.reason());
    }
  }

  /// The session ends before a write it was to end.
  void leftOver(WriteOrder end, long seconds) {
    LOG.warn(
        "device={} {} was to become {} in {} s ({}); that is no longer ours",
        end.target().device().name(),
        end.target().key(),
        end.target().describe(end.value()),
        seconds,
        end.id());
  }

  private void count(String name, String help, String device, WriteResult.Outcome outcome) {
    counters
        .computeIfAbsent(
            name + device + outcome,
            fresh ->
                metrics.counter(
                    name,
                    help,
                    "site",
                    site,
                    "link",
                    link,
                    "device",
                    device,
                    "outcome",
                    word(outcome)))
        .increment();
  }

  private void count(String name, String help, String device, WriteResult result) {
    counters
        .computeIfAbsent(
            name + device,
            fresh -> metrics.counter(name, help, "site", site, "link", link, "device", device))
        .add(result.written().isEmpty() ? 0 : 1);
  }

  private static String word(WriteResult.Outcome outcome) {
    return outcome.name().toLowerCase(Locale.ROOT);
  }
}
