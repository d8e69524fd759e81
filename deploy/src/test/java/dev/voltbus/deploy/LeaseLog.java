package dev.voltbus.deploy;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the log of a node says of its leases.
final class LeaseLog {
  private static final Pattern TAKEN =
      Pattern.compile("lease [^/\\s]+/(\\S+) taken with token (\\d+)");

  private LeaseLog() {}

  /// The last token with which a node took a shard.
  ///
  /// @param shard kind and name, such as `link/bms`
  static Optional<Long> token(PackagedProduct node, String shard) {
    Matcher taken = TAKEN.matcher(node.output());
    Optional<Long> last = Optional.empty();
    while (taken.find()) {
      if (taken.group(1).equals(shard)) {
        last = Optional.of(Long.parseLong(taken.group(2)));
      }
    }
    return last;
  }
}
