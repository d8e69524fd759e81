package dev.voltbus.mqtt;

import dev.voltbus.contract.Bus;
import dev.voltbus.contract.CommandRequest;
import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.TimeSource;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes commands from a broker to the owner of the site's control and reports what became of them,
/// to the log and to the topic beside the commands.
final class CommandIntake {
  private static final Logger LOG = LoggerFactory.getLogger(CommandIntake.class);
  private static final Duration TIME_TO_LIVE = Duration.ofSeconds(5);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(1);
  private static final long PAUSE_MILLIS = 250;
  private static final int MOST_WAITING = 32;
  private static final int MOST_NAMES = 100;

  private final Vertx vertx;
  private final Bus bus;
  private final TimeSource time;
  private final Metrics metrics;
  private final Publication publication;
  private final RequestAddress<CommandRequest, CommandResult> owner;
  private final String label;
  private final Topic resultTopic;
  private final BiConsumer<Topic, Buffer> results;
  private final Set<String> unknown = new HashSet<>();
  private final Map<String, Metrics.Counter> counters = new HashMap<>();
  private int waiting;

  /// A command on its way.
  private record Command(CommandRequest request, long deadlineNanos) {}

  /// @param filter topic filter of the commands, ending in `+`
  /// @param results takes result messages to the broker
  CommandIntake(
      Vertx vertx,
      Bus bus,
      TimeSource time,
      Metrics metrics,
      String site,
      Publication publication,
      String filter,
      BiConsumer<Topic, Buffer> results) {
    this.vertx = vertx;
    this.bus = bus;
    this.time = time;
    this.metrics = metrics;
    this.publication = publication;
    this.owner = RequestAddress.command(site);
    this.label = "mqtt broker=" + publication.broker().name();
    this.resultTopic = new Topic(resultTopic(filter), 1, false);
    this.results = results;
  }

  /// `BE/command/+` has its results on `BE/command/result`.
  static String resultTopic(String filter) {
    return filter.substring(0, filter.lastIndexOf('/') + 1) + "result";
  }

  void accept(MqttPublishMessage message) {
    if (message.topicName().equals(resultTopic.name())) {
      return; // our own result, which the filter matches too
    }
    String name = message.topicName().substring(message.topicName().lastIndexOf('/') + 1);
    accept(message, name, message.isRetain() ? "retained" : null);
  }

  /// @param refusal why the command must not be done, or null if it may
  void accept(MqttPublishMessage message, String name, @Nullable String refusal) {
    if (!publication.contract().commands().contains(name)) {
      ignore(name);
      return;
    }
    CommandRequest request = request(message, name);
    if (refusal != null) {
      finish(request, CommandResult.refused(request, "retained", refusal));
    } else if (waiting >= MOST_WAITING) {
      finish(
          request,
          CommandResult.refused(
              request, "rate-limit", MOST_WAITING + " commands are waiting already"));
    } else {
      waiting++;
      forward(new Command(request, time.monotonicNanos() + TIME_TO_LIVE.toNanos()));
    }
  }

  private CommandRequest request(MqttPublishMessage message, String name) {
    return new CommandRequest(
        UUID.randomUUID().toString(),
        "mqtt " + publication.broker().name() + " " + message.topicName(),
        publication.devices().getFirst(),
        name,
        message.payload(),
        message.isRetain() ? CommandRequest.Delivery.RETAINED : CommandRequest.Delivery.LIVE,
        CommandRequest.Until.in((int) TIME_TO_LIVE.toMillis()),
        publication.name(),
        publication.contract().perAmpere());
  }

  private void ignore(String name) {
    count("unknown");
    if (unknown.size() < MOST_NAMES && unknown.add(name)) {
      LOG.debug("{} publication={} unknown command {} ignored", label, publication.name(), name);
    }
  }

  /// "No handler" and time-out mean the same: the same id again until its time is over.
  private void forward(Command command) {
    long leftMillis = TimeUnit.NANOSECONDS.toMillis(command.deadlineNanos - time.monotonicNanos());
    if (leftMillis < 1) {
      settle(command, CommandResult.refused(command.request, "no-owner", "no owner"));
      return;
    }
    Duration limit = Duration.ofMillis(Math.min(leftMillis, ANSWER_LIMIT.toMillis()));
    ask(command.request.until(CommandRequest.Until.in((int) leftMillis)), limit)
        .onSuccess(result -> settle(command, result))
        .onFailure(
            failure -> vertx.setTimer(Math.min(PAUSE_MILLIS, leftMillis), id -> forward(command)));
  }

  private Future<CommandResult> ask(CommandRequest request, Duration limit) {
    return bus.request(owner, request, limit);
  }

  private void settle(Command command, CommandResult result) {
    waiting--;
    finish(command.request, result);
  }

  private void finish(CommandRequest request, CommandResult result) {
    String status = result.status().name().toLowerCase(Locale.ROOT);
    count(status);
    if (result.reason().isEmpty()) {
      LOG.info("{} command={} {}", label, request.name(), status);
    } else {
      LOG.info("{} command={} {}: {}", label, request.name(), status, result.reason());
    }
    results.accept(resultTopic, payload(request, status, result.reason()));
  }

  private static Buffer payload(CommandRequest request, String status, String reason) {
    JsonText out = new JsonText();
    member(out, '{', "status", status);
    member(out, ',', "command", request.name());
    member(out, ',', "id", request.id());
    member(out, ',', "reason", reason);
    out.raw('}');
    return out.toBuffer();
  }

  private static void member(JsonText out, char before, String name, String text) {
    out.raw(before);
    out.string(name);
    out.raw(':');
    out.string(text);
  }

  private void count(String result) {
    counters
        .computeIfAbsent(
            result,
            key ->
                metrics.counter(
                    "voltbus_mqtt_commands_total",
                    "Commands received, by what became of them",
                    "broker",
                    publication.broker().name(),
                    "publication",
                    publication.name(),
                    "result",
                    key))
        .increment();
  }
}
