package dev.voltbus.mqtt;

import dev.voltbus.contract.ProductVersion;
import dev.voltbus.contract.TimeSource;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What happened in the gateway as far as one publication is concerned, by name: each event counts
/// how often it happened, is told once each time, and holds until it is over (contract
/// battery-emulator section 3).
final class EventBook {
  private final TimeSource time;
  private final long beganNanos;
  private final Map<String, Event> events = new LinkedHashMap<>();
  private final PauseStatus pause = new PauseStatus();

  /// How bad an event is, mildest first.
  enum Severity {
    INFO("OK"),
    DEBUG("OK"),
    WARNING("WARNING"),
    UPDATE("UPDATING"),
    ERROR("ERROR");

    private final String status;

    Severity(String status) {
      this.status = status;
    }
  }

  /// An event that happened at least once.
  static final class Event {
    private final String name;
    private final Severity severity;
    private int count;
    private String message = "";
    private long millis;
    private boolean isOver;
    private boolean isTold;

    private Event(String name, Severity severity) {
      this.name = name;
      this.severity = severity;
    }

    String name() {
      return name;
    }

    Severity severity() {
      return severity;
    }

    /// How often it happened.
    int count() {
      return count;
    }

    /// What happened the last time, for people.
    String message() {
      return message;
    }

    /// When it happened last, milliseconds since the gateway's start.
    long millis() {
      return millis;
    }

    /// It is not told again until it happens again.
    void told() {
      isTold = true;
    }
  }

  /// A book that begins now.
  EventBook(TimeSource time) {
    this.time = time;
    this.beganNanos = time.monotonicNanos();
  }

  /// Notes that it happened; what it puts right is over.
  ///
  /// @param over name of the event that is over by it, or null for none
  void happened(String name, Severity severity, String message, @Nullable String over) {
    Event event = events.computeIfAbsent(name, absent -> new Event(name, severity));
    event.count++;
    event.message = message;
    event.millis = TimeUnit.NANOSECONDS.toMillis(time.monotonicNanos() - beganNanos);
    event.isOver = false;
    event.isTold = false;
    if (over != null) {
      over(over);
    }
  }

  /// It holds no longer, if it ever did.
  void over(String name) {
    @Nullable Event ended = events.get(name);
    if (ended != null) {
      ended.isOver = true;
    }
  }

  /// What was not told yet, oldest first.
  List<Event> untold() {
    return events.values().stream()
        .filter(event -> !event.isTold)
        .sorted(Comparator.comparingLong(Event::millis))
        .toList();
  }

  /// The worst of what is not over.
  Severity level() {
    return events.values().stream()
        .filter(event -> !event.isOver)
        .map(Event::severity)
        .max(Comparator.naturalOrder())
        .orElse(Severity.INFO);
  }

  /// The gateway's state in a word: `OK`, `WARNING`, `UPDATING` or `ERROR`.
  String status() {
    return level().status;
  }

  /// How far a pause of the publication's first device is.
  PauseStatus pause() {
    return pause;
  }

  /// Whole seconds since the gateway began.
  long uptimeSeconds(Moment now) {
    return TimeUnit.NANOSECONDS.toSeconds(now.nanos() - beganNanos);
  }

  /// The product's version.
  String version() {
    return ProductVersion.text();
  }
}
