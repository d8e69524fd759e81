package dev.voltbus.console;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The web console of one site: a page, a REST interface and a live feed that only read. It listens
/// to what is published on the bus and never answers a request, so it cannot take a message from
/// anybody.
public final class ConsoleVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(ConsoleVerticle.class);
  private static final String PART = "console";
  private static final int LARGEST_CLIENT_MESSAGE = 1024;
  private static final int IDLE_SECONDS = 60;

  private final Site site;
  private final Wiring wiring;
  private final String host;
  private final SiteView view;
  private final LiveFeed feed;
  private final Metrics.Counter unknownDevices;
  private final List<Bus.Subscription> subscriptions = new ArrayList<>();
  private @Nullable LayoutQuestions questions;
  private @Nullable HttpServer server;
  private volatile int port;

  /// A console that does nothing before it is deployed.
  ///
  /// @param host address to bind; loopback unless everybody on the network may read the site
  /// @param port port to bind, or 0 for any free one
  public ConsoleVerticle(Site site, Wiring wiring, String host, int port) {
    this(site, wiring, host, port, () -> "");
  }

  /// A console with something to say of the node itself.
  ///
  /// @param notice asked on the event loop each time the site is shown; empty while there is
  ///   nothing
  public ConsoleVerticle(Site site, Wiring wiring, String host, int port, Supplier<String> notice) {
    this.site = site;
    this.wiring = wiring;
    this.host = host;
    this.port = port;
    this.view = new SiteView(site, wiring.time(), notice);
    this.feed = new LiveFeed(view, wiring.time(), wiring.metrics());
    this.unknownDevices =
        wiring
            .metrics()
            .counter(
                "voltbus_console_unknown_device_total",
                "Snapshots of devices that this node's site file does not have",
                "site",
                site.name());
  }

  /// The port it listens on, once deployed.
  public int port() {
    return port;
  }

  @Override
  public Future<?> start() {
    questions = new LayoutQuestions(vertx, wiring.bus(), site.name());
    vertx.setPeriodic(LiveFeed.TICK_MILLIS, id -> feed.tick());
    return subscribe().compose(ready -> listen()).onSuccess(this::announce);
  }

  @Override
  public Future<?> stop() {
    feed.close();
    wiring.health().gone(PART);
    @Nullable LayoutQuestions asking = questions;
    if (asking != null) {
      asking.close();
    }
    return closeServer().eventually(this::unsubscribe);
  }

  private Future<?> subscribe() {
    Bus bus = wiring.bus();
    subscriptions.add(bus.subscribe(Address.snapshots(site.name()), this::accept));
    subscriptions.add(bus.subscribe(Address.links(site.name()), view::accept));
    subscriptions.add(bus.subscribe(Address.readPlans(site.name()), view::accept));
    subscriptions.add(bus.subscribe(Address.control(site.name()), view::accept));
    return Future.all(subscriptions.stream().map(Bus.Subscription::ready).toList());
  }

  private void accept(DeviceSnapshot snapshot) {
    @Nullable DeviceView device = view.accept(snapshot);
    @Nullable LayoutQuestions asking = questions;
    if (device == null) {
      unknownDevices.increment();
    } else if (device.waitsForLayout() && asking != null) {
      asking.ask(device);
    }
  }

  private Future<HttpServer> listen() {
    HttpServerOptions options =
        new HttpServerOptions()
            // A client that had offered it by an upgrade was seen to wait for ever for its answer.
            .setHttp2ClearTextEnabled(false)
            .setMaxWebSocketMessageSize(LARGEST_CLIENT_MESSAGE)
            .setIdleTimeout(IDLE_SECONDS);
    WebApi api = new WebApi(view, feed, wiring.time(), new Origins(host));
    return vertx
        .createHttpServer(options)
        .requestHandler(api.router(vertx))
        .listen(port, host)
        .recover(e -> Future.failedFuture(new IllegalStateException(cannotListen(e), e)));
  }

  private String cannotListen(Throwable cause) {
    return "console: cannot listen on " + host + ":" + port + ": " + cause.getMessage();
  }

  private void announce(HttpServer listening) {
    server = listening;
    port = listening.actualPort();
    wiring.health().up(PART);
    LOG.info("console=http://{}:{}/ shows site {}, read only", host, port, site.name());
  }

  private Future<Void> closeServer() {
    @Nullable HttpServer listening = server;
    server = null;
    return listening == null ? Future.succeededFuture() : listening.close();
  }

  private Future<?> unsubscribe() {
    return Future.join(subscriptions.stream().map(Bus.Subscription::cancel).toList());
  }
}
