package dev.voltbus.console;

import dev.voltbus.contract.TimeSource;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The console's paths: the page, the REST interface, the live feed. All of them only read.
final class WebApi {
  private static final Logger LOG = LoggerFactory.getLogger(WebApi.class);
  private static final String POLICY =
      "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int UPGRADE_REQUIRED = 426;
  private static final int FAILED = 500;
  private static final int CROWDED = 503;

  private final SiteView site;
  private final LiveFeed feed;
  private final TimeSource time;
  private final Origins origins;

  WebApi(SiteView site, LiveFeed feed, TimeSource time, Origins origins) {
    this.site = site;
    this.feed = feed;
    this.time = time;
    this.origins = origins;
  }

  Router router(Vertx vertx) {
    Router router = Router.router(vertx);
    router.route().handler(this::guard);
    Page.mount(router);
    router.get("/api/v1/site").handler(this::site);
    router.get("/api/v1/devices/:device/values").handler(this::values);
    router.get("/api/v1/devices/:device/plan").handler(this::plan);
    router.get("/api/v1/live").handler(this::live);
    router.errorHandler(NOT_FOUND, WebApi::unknownPath);
    router.errorHandler(METHOD_NOT_ALLOWED, WebApi::wrongMethod);
    router.errorHandler(FAILED, WebApi::broken);
    return router;
  }

  private void guard(RoutingContext context) {
    context
        .response()
        .putHeader("content-security-policy", POLICY)
        .putHeader("x-content-type-options", "nosniff")
        .putHeader("referrer-policy", "no-referrer")
        .putHeader("cache-control", "no-store");
    Optional<String> refusal = origins.refusalOfHost(context.request().getHeader("host"));
    refusal.ifPresentOrElse(reason -> fail(context, FORBIDDEN, reason), context::next);
  }

  private void site(RoutingContext context) {
    answer(context, site.toJson(time.monotonicNanos()));
  }

  private void values(RoutingContext context) {
    ofDevice(
        context,
        (device, now) ->
            new JsonObject()
                .put("state", device.state(now).word())
                .put("reason", device.state(now).reason())
                .put("values", new JsonArray(device.valuesJson(now))));
  }

  private void plan(RoutingContext context) {
    ofDevice(context, DeviceView::planJson);
  }

  private void ofDevice(RoutingContext context, BiFunction<DeviceView, Long, JsonObject> wanted) {
    String name = String.valueOf(context.pathParam("device"));
    @Nullable DeviceView device = site.device(name);
    if (device == null) {
      fail(context, NOT_FOUND, unknownDevice(name));
      return;
    }
    JsonObject answer = new JsonObject().put("device", name);
    answer(context, answer.mergeIn(wanted.apply(device, time.monotonicNanos())));
  }

  private String unknownDevice(String name) {
    return "site "
        + site.name()
        + " has no device "
        + name
        + "; it has "
        + String.join(", ", site.deviceNames());
  }

  private void live(RoutingContext context) {
    HttpServerRequest request = context.request();
    @Nullable String wanted = request.getParam("device");
    @Nullable DeviceView device = wanted == null ? null : site.device(wanted);
    Optional<String> foreign =
        origins.refusalOfOrigin(request.getHeader("origin"), request.getHeader("host"));
    if (foreign.isPresent()) {
      fail(context, FORBIDDEN, foreign.get());
    } else if (wanted != null && device == null) {
      fail(context, NOT_FOUND, unknownDevice(wanted));
    } else if (!request.canUpgradeToWebSocket()) {
      fail(context, UPGRADE_REQUIRED, "the live feed is a WebSocket");
    } else if (feed.isCrowded()) {
      fail(context, CROWDED, "the live feed has " + LiveFeed.MOST_CLIENTS + " clients already");
    } else {
      open(request, device == null ? List.copyOf(site.devices()) : List.of(device));
    }
  }

  private void open(HttpServerRequest request, List<DeviceView> watched) {
    request
        .toWebSocket()
        .onSuccess(socket -> feed.add(socket, watched))
        .onFailure(e -> LOG.debug("client={} no WebSocket: {}", request.remoteAddress(), e));
  }

  private static void unknownPath(RoutingContext context) {
    fail(context, NOT_FOUND, "nothing is at " + context.normalizedPath());
  }

  private static void wrongMethod(RoutingContext context) {
    HttpServerRequest request = context.request();
    fail(
        context,
        METHOD_NOT_ALLOWED,
        "the console only reads: " + request.method() + " " + request.path() + " is not offered");
  }

  private static void broken(RoutingContext context) {
    LOG.error("console failed at {}", context.normalizedPath(), context.failure());
    fail(context, FAILED, "the console failed; its log says why");
  }

  private static void fail(RoutingContext context, int status, String reason) {
    context.response().setStatusCode(status);
    answer(context, new JsonObject().put("error", reason));
  }

  private static void answer(RoutingContext context, JsonObject body) {
    context.json(body).onFailure(gone -> clientGone(context, gone));
  }

  static void clientGone(RoutingContext context, Throwable gone) {
    LOG.debug("client={} gone: {}", context.request().remoteAddress(), gone.getMessage());
  }
}
