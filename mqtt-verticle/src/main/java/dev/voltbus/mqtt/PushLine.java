package dev.voltbus.mqtt;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.DeviceMessage;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.PushSource;
import dev.voltbus.contract.ShardDuty;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The connection that listens for what others publish about devices without Modbus, and hands it
/// on as it came. One for each broker, while its lease is held.
final class PushLine implements ShardDuty {
  private static final Logger LOG = LoggerFactory.getLogger(PushLine.class);

  private final Vertx vertx;
  private final Context context;
  private final Wiring wiring;
  private final String site;
  private final BrokerSettings broker;
  private final List<Device> devices;
  private final Tally tally;
  private final Metrics.Counter received;
  private final Metrics.Counter oversized;
  private final Set<String> told = new HashSet<>();
  private @Nullable Connection connection;
  private @Nullable PublicationDesk desk;

  /// @param devices devices pushed over this broker, at least one
  PushLine(
      Vertx vertx,
      Context context,
      Wiring wiring,
      String site,
      BrokerSettings broker,
      List<Device> devices) {
    this.vertx = vertx;
    this.context = context;
    this.wiring = wiring;
    this.site = site;
    this.broker = broker;
    this.devices = List.copyOf(devices);
    this.tally = Tally.of(wiring.metrics(), wiring.time(), broker.name(), "", "push");
    this.received =
        wiring
            .metrics()
            .counter(
                "voltbus_push_received_total",
                "Messages about devices without Modbus",
                "site",
                site,
                "broker",
                broker.name());
    this.oversized =
        wiring
            .metrics()
            .counter(
                "voltbus_push_oversized_total",
                "Messages about devices without Modbus that were too large to pass on",
                "site",
                site,
                "broker",
                broker.name());
  }

  @Override
  public Future<Void> begin(Lease lease) {
    return onContext(() -> {
      wiring.health().down(part(), "not connected yet");
      List<String> filters =
          sources().stream().flatMap(source -> source.topics().stream()).distinct().toList();
      Connection fresh =
          new Connection(
              vertx,
              wiring.time(),
              ConnectionSettings.push(broker, filters),
              lease::isValid,
              tally,
              new Listening(lease));
      connection = fresh;
      fresh.start();
      PublicationDesk opened =
          new PublicationDesk(wiring, site, name(broker), lease, new Errands(fresh));
      desk = opened;
      return opened.open().recover(this::undo);
    });
  }

  /// A duty that fails to begin is not ended by the leases.
  private Future<Void> undo(Throwable failure) {
    return end().eventually(() -> Future.failedFuture(failure));
  }

  /// What its shard is called: a name with a dot is no publication's.
  static String name(BrokerSettings broker) {
    return "push." + broker.name();
  }

  private List<PushSource> sources() {
    return devices.stream().map(PushLine::source).toList();
  }

  private static PushSource source(Device device) {
    return Objects.requireNonNull(device.push(), device.name());
  }

  @Override
  public Future<Void> end() {
    return onContext(() -> {
      @Nullable Connection last = connection;
      @Nullable PublicationDesk closed = desk;
      connection = null;
      desk = null;
      wiring.health().gone(part());
      Future<Void> noMoreRequests = closed == null ? Future.succeededFuture() : closed.close();
      return noMoreRequests.eventually(() -> last == null ? Future.succeededFuture() : last.stop());
    });
  }

  private Future<Void> onContext(Supplier<Future<Void>> part) {
    Promise<Void> promise = Promise.promise();
    context.runOnContext(
        done -> Future.<Void>succeededFuture().compose(v -> part.get()).onComplete(promise));
    return promise.future();
  }

  private String part() {
    return "broker " + broker.name() + " push";
  }

  private void forward(MqttPublishMessage message, Lease lease) {
    String topic = message.topicName();
    int size = message.payload().length();
    received.increment();
    if (size > DeviceMessage.LARGEST_PAYLOAD) {
      oversized.increment();
      if (told.add(topic)) {
        LOG.warn(
            "mqtt broker={} {} refused: {} bytes are more than {}",
            broker.name(),
            topic,
            size,
            DeviceMessage.LARGEST_PAYLOAD);
      }
      return;
    }
    for (Device device : devices) {
      if (source(device).topics().contains(topic)) {
        wiring
            .bus()
            .publish(
                Address.deviceMessages(site),
                new DeviceMessage(
                    device.name(), lease.token(), topic, message.payload(), message.isRetain()));
      }
    }
  }

  private final class Listening implements Connection.Listener {
    private final Lease lease;

    private Listening(Lease lease) {
      this.lease = lease;
    }

    @Override
    public void online() {
      wiring.health().up(part());
    }

    @Override
    public void offline(String reason) {
      wiring.health().down(part(), reason);
    }

    @Override
    public void message(MqttPublishMessage message) {
      if (lease.isValid()) {
        forward(message, lease);
      }
    }
  }

  /// It only listens.
  private record Errands(Connection connection) implements PublicationDesk.Errands {
    private static final PublicationDesk.Answer LISTENS =
        PublicationDesk.Answer.refused("it publishes nothing, it listens for pushed devices");

    @Override
    public PublicationDesk.Answer discover() {
      return LISTENS;
    }

    @Override
    public Future<PublicationDesk.Answer> test() {
      return Future.succeededFuture(LISTENS);
    }

    @Override
    public Future<PublicationDesk.Answer> reconnect(String reason) {
      return connection.reconnect(reason).map(done -> PublicationDesk.Answer.DONE);
    }
  }
}
