package dev.voltbus.deploy;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The leases of all shards, as one entry of a map. Hazelcast waits for the backups of a step over
/// one entry; of one over several entries it does not.
final class LeaseTable {
  private static final char GAP = '\t';

  private final Map<String, LeaseRecord> records;

  private LeaseTable(Map<String, LeaseRecord> records) {
    this.records = records;
  }

  /// @param text of `text()`, or null where nobody ever held anything
  static LeaseTable of(@Nullable String text) {
    Map<String, LeaseRecord> records = new HashMap<>();
    if (text != null) {
      text.lines()
          .forEach(line -> {
            int gap = line.indexOf(GAP);
            records.put(line.substring(0, gap), LeaseRecord.of(line.substring(gap + 1)));
          });
    }
    return new LeaseTable(records);
  }

  String text() {
    return records.entrySet().stream()
        .map(entry -> entry.getKey() + GAP + entry.getValue().text())
        .collect(Collectors.joining("\n"));
  }

  LeaseRecord get(String shard) {
    return Objects.requireNonNullElse(records.get(shard), LeaseRecord.NONE);
  }

  void put(String shard, LeaseRecord record) {
    records.put(shard, record);
  }
}
