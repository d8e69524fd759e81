package dev.voltbus.mqtt;

import dev.voltbus.contract.ReceivedSnapshot;
import java.util.List;

/// A device as a service of Venus OS, such as `battery/512`.
final class VenusDevice {
  private final String name;
  private final List<VenusPoint> points;
  private ReceivedSnapshot received;

  /// @param points compiled for the layout of the snapshot
  /// @param received the newest snapshot
  VenusDevice(String name, List<VenusPoint> points, ReceivedSnapshot received) {
    this.name = name;
    this.points = List.copyOf(points);
    this.received = received;
  }

  /// Takes a snapshot as the newest.
  ///
  /// @return false if it has another layout than the points
  boolean take(ReceivedSnapshot newest) {
    if (newest.layout().id() != received.layout().id()) {
      return false;
    }
    received = newest;
    return true;
  }

  /// Tells what is not known yet.
  void tellChanges(Moment now, JsonText out, Outlet outlet) {
    points.forEach(point -> point.tellChange(received, now, out, outlet));
  }

  /// Takes note of what there is while nobody listens.
  void observe(Moment now, JsonText out) {
    points.forEach(point -> point.observe(received, now, out));
  }

  void tell(List<VenusPoint> which, Moment now, JsonText out, Outlet outlet) {
    which.forEach(point -> point.tell(received, now, out, outlet));
  }

  void tellAll(Moment now, JsonText out, Outlet outlet) {
    tell(points, now, out, outlet);
  }

  /// Makes all due, as after a new connection.
  void forget() {
    points.forEach(VenusPoint::forget);
  }

  /// Tells those who saw the device that it is gone.
  void tellGone(Outlet outlet) {
    points.forEach(point -> point.tellGone(outlet));
  }

  /// The points at or below what a read request names behind the portal id, such as
  /// `battery/512/Dc`.
  List<VenusPoint> within(String asked) {
    if (!asked.equals(name) && !asked.startsWith(name + "/")) {
      return List.of();
    }
    String path = asked.substring(name.length());
    return points.stream().filter(point -> point.isWithin(path)).toList();
  }
}
