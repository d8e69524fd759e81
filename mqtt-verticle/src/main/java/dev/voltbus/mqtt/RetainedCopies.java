package dev.voltbus.mqtt;

import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.TimeSource;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds commands that the broker keeps, which it would send again at each connect, and clears them
/// where that is allowed. A message with the retain flag looks like any other to who listens
/// already (MQTT 3.1.1 section 3.3.1.3), so after an accepted command the subscription is made once
/// more: the broker then sends what it keeps, marked as such.
///
/// Clearing is an empty message, which comes back over our own subscription and must not act. It
/// goes out on the connection that listens, so that it either comes back on it or never, and one
/// empty message on its topic is left out for it. Should somebody send an empty command on that
/// topic in the same moment, one of the two acts and it does not matter which: they are the same.
final class RetainedCopies {
  static final String EVENT = "COMMAND_REFUSED_RETAINED";

  private static final Logger LOG = LoggerFactory.getLogger(RetainedCopies.class);
  private static final Duration LOOK_PAUSE = Duration.ofSeconds(2);

  /// How long a cleared topic's message may take after the broker has acknowledged the clearing.
  private static final long ECHO_MILLIS = 2_000;

  private static final int MOST_TOPICS = 100;
  private static final Buffer EMPTY = Buffer.buffer();

  private final Vertx vertx;
  private final TimeSource time;
  private final EventBook events;
  private final String label;
  private final boolean mayClear;
  private final Metrics.Counter counter;
  private final Set<String> reported = new HashSet<>();

  /// Number of the clearing whose message is still to come, by topic.
  private final Map<String, Integer> clearing = new HashMap<>();

  private @Nullable Connection connection;
  private @Nullable Long lookedNanos;
  private int clearings;
  private long look = -1;

  /// @param mayClear whether what is found is cleared
  RetainedCopies(
      Vertx vertx,
      TimeSource time,
      Metrics metrics,
      EventBook events,
      Publication publication,
      boolean mayClear) {
    this.vertx = vertx;
    this.time = time;
    this.events = events;
    this.label =
        "mqtt broker=" + publication.broker().name() + " publication=" + publication.name();
    this.mayClear = mayClear;
    this.counter =
        metrics.counter(
            "voltbus_mqtt_commands_retained_total",
            "Retained messages found on command topics",
            "broker",
            publication.broker().name(),
            "publication",
            publication.name());
  }

  /// @param own the connection that listens to the commands
  void begin(Connection own) {
    connection = own;
  }

  /// What the broker keeps is sent again with the next connection, and reported anew.
  void offline() {
    reported.clear();
    events.over(EVENT);
    vertx.cancelTimer(look);
    look = -1;
    clearing.clear();
  }

  /// Whether a message is what our own clearing of its topic comes back as.
  boolean isOwn(MqttPublishMessage message) {
    return !message.isRetain()
        && message.payload().length() == 0
        && clearing.remove(message.topicName()) != null;
  }

  /// The command may have been a message that the broker keeps.
  void commandAccepted() {
    if (connection == null || look >= 0) {
      return;
    }
    @Nullable Long last = lookedNanos;
    long since = last == null ? Long.MAX_VALUE : time.monotonicNanos() - last;
    if (since >= LOOK_PAUSE.toNanos()) {
      look();
    } else {
      long millis = Duration.ofNanos(LOOK_PAUSE.toNanos() - since).toMillis() + 1;
      look = vertx.setTimer(millis, id -> look());
    }
  }

  private void look() {
    look = -1;
    lookedNanos = time.monotonicNanos();
    if (connection != null) {
      connection.listenAgain();
    }
  }

  /// A command that the broker kept was refused.
  void refused(String topic) {
    counter.increment();
    boolean isNew = reported.size() < MOST_TOPICS && reported.add(topic);
    if (isNew) {
      LOG.warn("{} refused a retained message on {}: it would act at each connect", label, topic);
      events.happened(EVENT, EventBook.Severity.WARNING, "retained message on " + topic, null);
    }
    if (mayClear && isNew && connection != null) {
      clear(connection, topic);
    }
  }

  private void clear(Connection own, String topic) {
    int number = ++clearings;
    clearing.put(topic, number);
    own.send(new Topic(topic, 1, true), EMPTY)
        .onSuccess(done -> cleared(topic, number))
        .onFailure(failure -> {
          clearing.remove(topic, number);
          LOG.warn("{} retained message on {} not cleared: {}", label, topic, failure.getMessage());
        });
  }

  private void cleared(String topic, int number) {
    LOG.info("{} retained message on {} cleared", label, topic);
    reported.remove(topic);
    if (reported.isEmpty()) {
      events.over(EVENT);
    }
    vertx.setTimer(ECHO_MILLIS, id -> clearing.remove(topic, number));
  }
}
