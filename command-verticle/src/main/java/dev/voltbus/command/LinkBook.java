package dev.voltbus.command;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.LinkStatus;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.WriteRequest.Deadline;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Which link a device is on, and what its owner's clock said last.
final class LinkBook {
  private final Map<String, String> linkOf = new HashMap<>();
  private final Map<String, Heard> heard = new HashMap<>();

  private record Heard(LinkStatus status, long atNanos) {}

  LinkBook(Site site) {
    for (Device device : site.devices()) {
      linkOf.put(device.name(), device.link());
    }
  }

  String linkOf(String device) {
    return linkOf.getOrDefault(device, "");
  }

  /// Takes a status in; true if the link has another owner than before, or is connected again.
  boolean accept(LinkStatus status, long nowNanos) {
    @Nullable Heard before = heard.get(status.link());
    if (before != null && status.token() < before.status.token()) {
      return false;
    }
    heard.put(status.link(), new Heard(status, nowNanos));
    return before == null
        || status.token() > before.status.token()
        || (status.connected() && !before.status.connected());
  }

  /// Takes in that a device was read by an owner of its link; true if that is another one than
  /// before. Its own word of it may have been lost: in a cluster that has just lost a member a
  /// message may come to nothing.
  boolean accept(String device, long token, long nowNanos) {
    String link = linkOf(device);
    @Nullable Heard before = heard.get(link);
    if (before != null && token <= before.status.token()) {
      return false;
    }
    heard.put(link, new Heard(new LinkStatus(link, token, true, "", 0), nowNanos));
    return true;
  }

  /// A deadline by the clock of the link's owner where that was heard.
  Deadline deadline(String link, int remainingMillis, long nowNanos) {
    @Nullable Heard last = heard.get(link);
    return last == null || last.status.clockMillis() == 0
        ? Deadline.in(remainingMillis)
        : Deadline.in(
            remainingMillis, last.status, TimeUnit.NANOSECONDS.toMillis(nowNanos - last.atNanos));
  }
}
