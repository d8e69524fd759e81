package dev.voltbus.mqtt;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.TrialStep;
import dev.voltbus.contract.TrialStep.Outcome;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Tries a broker step by step, as a publication would use it, and says of each step how it went
/// and, where it failed, what to do. Nothing is left behind at the broker; but Azure IoT Hub takes
/// the message for telemetry, sends nothing back, and ends the connection of a running gateway, for
/// it knows one connection of a device only.
final class BrokerTrial {
  private static final int LIMIT_MILLIS = 5_000;

  private static final String HUB_CURE =
      ": does the hub know this client-id as a device, is the key that device's, and is this"
          + " machine's clock right?";

  private final Vertx vertx;
  private final TimeSource time;
  private final BrokerSettings broker;
  private final Topic topic;
  private final String filter;
  private final boolean isHub;
  private final SettingsReader reader;
  private final Session session;
  private final Buffer payload = Buffer.buffer("voltbus test " + UUID.randomUUID());
  private final Promise<Void> back = Promise.promise();
  private final List<TrialStep> steps = new ArrayList<>();
  private boolean hasFailed;

  private BrokerTrial(Vertx vertx, TimeSource time, Publication publication) {
    BrokerSettings own = publication.broker();
    this.vertx = vertx;
    this.time = time;
    @Nullable HubTopics hub = HubTopics.of(publication, own);
    this.isHub = hub != null;
    this.broker =
        (hub == null ? own.withClientId(own.clientId() + "-test") : own).withCleanSession(true);
    this.topic = new Topic(Topic.named("{prefix}/test", publication), 1, false);
    ConnectionSettings settings =
        new ConnectionSettings(
            "test",
            broker,
            Duration.ofSeconds(30),
            null,
            List.of(hub == null ? topic.name() : hub.inbound()),
            true,
            hub);
    this.filter = settings.filters().getFirst();
    this.reader = new SettingsReader(vertx, time, settings);
    this.session = new Session(vertx, time, settings);
  }

  /// Does all steps that can be done.
  ///
  /// @return the steps in their order; never fails
  static Future<List<TrialStep>> run(Vertx vertx, TimeSource time, Publication publication) {
    return new BrokerTrial(vertx, time, publication).run();
  }

  private Future<List<TrialStep>> run() {
    session.onMessage(message -> {
      if (message.payload().equals(payload)) {
        back.tryComplete();
      }
    });
    return step("resolve", this::resolve)
        .compose(done -> step("connect", this::connect))
        .compose(done -> step(broker.useTls() ? "tls and login" : "login", this::login))
        .compose(done -> tryMessages())
        .eventually(() -> session.close("tested").otherwiseEmpty())
        .map(done -> List.copyOf(steps));
  }

  private Future<Void> tryMessages() {
    return step("subscribe", this::subscribe)
        .compose(done -> step("publish", this::publish))
        .compose(done -> isHub ? Future.succeededFuture() : step("receive", this::receive));
  }

  /// Does a step, or notes that it was not tried after one that failed.
  private Future<Void> step(String name, Supplier<Future<String>> action) {
    if (hasFailed) {
      steps.add(new TrialStep(name, Outcome.NOT_TRIED, ""));
      return Future.succeededFuture();
    }
    long begin = time.monotonicNanos();
    return action
        .get()
        .timeout(2L * LIMIT_MILLIS, TimeUnit.MILLISECONDS)
        .onSuccess(text -> steps.add(new TrialStep(name, Outcome.OK, text + since(begin))))
        .onFailure(failure -> failed(name, failure))
        .<Void>mapEmpty()
        .otherwiseEmpty();
  }

  private String since(long begin) {
    return ", " + TimeUnit.NANOSECONDS.toMillis(time.monotonicNanos() - begin) + " ms";
  }

  private void failed(String name, Throwable failure) {
    hasFailed = true;
    steps.add(new TrialStep(name, Outcome.FAILED, reason(name, failure)));
  }

  private Future<String> resolve() {
    return vertx
        .executeBlocking(() -> InetAddress.getByName(broker.host()).getHostAddress())
        .map(address -> broker.host() + " is " + address);
  }

  private Future<String> connect() {
    NetClient client =
        vertx.createNetClient(new NetClientOptions().setConnectTimeout(LIMIT_MILLIS));
    return client
        .connect(broker.port(), broker.host())
        .compose(socket -> socket.close())
        .eventually(client::close)
        .map(done -> "something listens on port " + broker.port());
  }

  private Future<String> login() {
    return session
        .open(reader.read())
        .map(done -> "accepted as " + broker.clientId() + (broker.useTls() ? ", encrypted" : ""));
  }

  private Future<String> subscribe() {
    return session.subscribe().map(done -> filter);
  }

  private Future<String> publish() {
    return session.publish(topic, payload).map(done -> "acknowledged");
  }

  private Future<String> receive() {
    return back.future()
        .timeout(LIMIT_MILLIS, TimeUnit.MILLISECONDS)
        .map(done -> "the message came back");
  }

  /// What went wrong and what to do about it.
  private String reason(String step, Throwable failure) {
    boolean isLate = failure instanceof TimeoutException;
    String said = isLate ? "no answer in time" : Session.reason(failure);
    return switch (step) {
      case "resolve" ->
          broker.host() + " is not known: is it spelled right, and does this machine have DNS?";
      case "connect" -> unreachable(said);
      case "subscribe", "publish" ->
          said + ": does the broker's access list allow " + topic.name() + "?";
      case "receive" ->
          "the message was acknowledged but did not come back: does the broker's access list allow "
              + topic.name()
              + "?";
      default -> said + (isHub ? HUB_CURE : cure(said.toLowerCase(Locale.ROOT)));
    };
  }

  private String unreachable(String said) {
    return said.contains("refused")
        ? "nothing listens on " + broker.address() + ": does the broker run, and is the port right?"
        : said + ": does a firewall stand between, and is the address right?";
  }

  private static String cure(String said) {
    if (said.contains("user name") || said.contains("password")) {
      return ": correct username and password-file";
    }
    if (said.contains("not authorized")) {
      return ": the broker wants a user, or does not let this one in; see username, password-file";
    }
    return said.contains("identifier") ? ": the broker does not take this client-id" : "";
  }
}
