package dev.voltbus.mqtt;

import dev.voltbus.contract.Bus;
import dev.voltbus.contract.CommandRequest;
import dev.voltbus.contract.CommandRequest.Delivery;
import dev.voltbus.contract.CommandRequest.Until;
import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.CommandResult.About;
import dev.voltbus.contract.CommandResult.Status;
import dev.voltbus.contract.Control;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes commands from a broker to the owner of the site's control and reports what became of them,
/// to the log and to the topic beside the commands. It judges nothing itself: also what was kept,
/// is old or has no known name goes to the owner, so that each refusal stands in one audit.
final class CommandIntake {
  private static final Logger LOG = LoggerFactory.getLogger(CommandIntake.class);
  private static final Duration TIME_TO_LIVE = Duration.ofSeconds(5);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(1);
  private static final long PAUSE_MILLIS = 250;
  private static final int MOST_WAITING = 32;

  /// What makes the battery safe is not held up by what else waits, only by the size of memory.
  private static final Set<String> URGENT = Set.of(Control.PAUSE, Control.STOP);

  private static final int MOST_URGENT_WAITING = 1_000;
  private static final int LONGEST_NAME = 64;

  /// The owner refuses what is longer than 4096 bytes, and must see that it is.
  private static final int MOST_BYTES = 4097;

  /// Later results that wait for the answer to their command.
  private static final int MOST_HELD = 16;

  private final Vertx vertx;
  private final Bus bus;
  private final TimeSource time;
  private final Metrics metrics;
  private final Publication publication;
  private final RequestAddress<CommandRequest, CommandResult> owner;
  private final String label;
  private final String commands;
  private final Topic resultTopic;
  private final IntFunction<Until> until;
  private final RetainedCopies copies;
  private final BiConsumer<Topic, Buffer> results;
  private final Map<String, Metrics.Counter> counters = new HashMap<>();

  /// Results that came before the answer, by id of each command that waits for it.
  private final Map<String, List<CommandResult>> held = new HashMap<>();

  private int waiting;
  private int urgentWaiting;

  /// A command on its way.
  private record Command(CommandRequest request, long deadlineNanos) {
    private boolean isUrgent() {
      return URGENT.contains(request.name());
    }
  }

  /// @param filter topic filter of the commands, ending in `+`
  /// @param until end of a command that has so many milliseconds left
  /// @param results takes result messages to the broker
  CommandIntake(
      Vertx vertx,
      Wiring wiring,
      String site,
      Publication publication,
      String filter,
      IntFunction<Until> until,
      RetainedCopies copies,
      BiConsumer<Topic, Buffer> results) {
    this.vertx = vertx;
    this.bus = wiring.bus();
    this.time = wiring.time();
    this.metrics = wiring.metrics();
    this.publication = publication;
    this.owner = RequestAddress.command(site);
    this.label = "mqtt broker=" + publication.broker().name();
    this.commands = filter.substring(0, filter.lastIndexOf('/') + 1);
    this.resultTopic = new Topic(resultTopic(filter), 1, false);
    this.until = until;
    this.copies = copies;
    this.results = results;
  }

  /// `BE/command/+` has its results on `BE/command/result`.
  static String resultTopic(String filter) {
    return filter.substring(0, filter.lastIndexOf('/') + 1) + "result";
  }

  /// `BE/command/+` has the state of its control on `BE/control`.
  static String controlTopic(String filter) {
    String commands = filter.substring(0, filter.lastIndexOf('/'));
    return commands.substring(0, commands.lastIndexOf('/') + 1) + "control";
  }

  /// @param isHeard whether the broker has confirmed on this connection that commands are heard
  void accept(MqttPublishMessage message, boolean isHeard) {
    String topic = message.topicName();
    if (topic.equals(resultTopic.name()) || copies.isOwn(message)) {
      return; // our own, which the filter matches too
    }
    Delivery delivery =
        message.isRetain() ? Delivery.RETAINED : isHeard ? Delivery.LIVE : Delivery.QUEUED;
    accept(message.payload(), topic.substring(topic.lastIndexOf('/') + 1), delivery);
  }

  void accept(Buffer payload, String name, Delivery delivery) {
    CommandRequest request = request(payload, cut(name), delivery);
    Command command = new Command(request, time.monotonicNanos() + TIME_TO_LIVE.toNanos());
    int most = command.isUrgent() ? MOST_URGENT_WAITING : MOST_WAITING;
    if ((command.isUrgent() ? urgentWaiting : waiting) >= most) {
      String reason = most + " commands are waiting already";
      answer(request, CommandResult.refused(request, "rate-limit", reason));
      return;
    }
    count(command, 1);
    held.put(request.id(), new ArrayList<>());
    forward(command);
  }

  private static String cut(String name) {
    return name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name;
  }

  private void count(Command command, int more) {
    if (command.isUrgent()) {
      urgentWaiting += more;
    } else {
      waiting += more;
    }
  }

  private CommandRequest request(Buffer payload, String name, Delivery delivery) {
    return new CommandRequest(
        UUID.randomUUID().toString(),
        "mqtt " + publication.broker().name() + " " + commands + name,
        publication.devices().getFirst(),
        name,
        payload.length() > MOST_BYTES ? payload.slice(0, MOST_BYTES) : payload,
        delivery,
        until.apply((int) TIME_TO_LIVE.toMillis()),
        publication.name(),
        publication.contract().perAmpere());
  }

  /// "No handler" and time-out mean the same: the same id again until its time is over.
  private void forward(Command command) {
    long leftMillis = TimeUnit.NANOSECONDS.toMillis(command.deadlineNanos - time.monotonicNanos());
    if (leftMillis < 1) {
      settle(command, CommandResult.refused(command.request, "no-owner", "no owner"));
      return;
    }
    Duration limit = Duration.ofMillis(Math.min(leftMillis, ANSWER_LIMIT.toMillis()));
    ask(command.request.until(until.apply((int) leftMillis)), limit)
        .onSuccess(result -> settle(command, result))
        .onFailure(
            failure -> vertx.setTimer(Math.min(PAUSE_MILLIS, leftMillis), id -> forward(command)));
  }

  private Future<CommandResult> ask(CommandRequest request, Duration limit) {
    return bus.request(owner, request, limit);
  }

  private void settle(Command command, CommandResult result) {
    count(command, -1);
    answer(command.request, result);
    @Nullable List<CommandResult> early = held.remove(command.request.id());
    Objects.requireNonNullElse(early, List.<CommandResult>of()).forEach(this::tell);
  }

  private void answer(CommandRequest request, CommandResult result) {
    String status = ResultText.word(result.status());
    count(status);
    if (result.reason().isEmpty()) {
      LOG.info("{} command={} {}", label, request.name(), status);
    } else {
      LOG.info("{} command={} {}: {}", label, request.name(), status, result.reason());
    }
    About about = new About(request.name(), request.device(), request.origin());
    results.accept(resultTopic, ResultText.of(result, about));
    if (result.status() == Status.ACCEPTED) {
      copies.commandAccepted();
    } else if (request.delivery() == Delivery.RETAINED) {
      copies.refused(commands + request.name());
    }
  }

  /// Takes what became of a command later. That may be here before the answer, and goes out behind
  /// it.
  void later(CommandResult result) {
    @Nullable List<CommandResult> before = held.get(result.id());
    if (before == null) {
      tell(result);
    } else if (before.size() < MOST_HELD) {
      before.add(result);
    }
  }

  private void tell(CommandResult result) {
    String status = ResultText.word(result.status());
    LOG.debug("{} command={} {}: {}", label, result.about().command(), status, result.reason());
    results.accept(resultTopic, ResultText.of(result, result.about()));
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
