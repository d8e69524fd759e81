package dev.voltbus.deploy;

import dev.voltbus.contract.Site;
import dev.voltbus.contract.TrialStep;
import dev.voltbus.deploy.PublicationCalls.Called;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes requests of the command line at the control socket: HTTP and JSON, one POST for each
/// `ControlAction`. A gateway runs on without it where the socket cannot be made.
final class ControlServer extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
  private static final String SOURCE = "the control socket";

  private final ControlSocket socket;
  private final Site site;
  private final PublicationCalls calls;
  private @Nullable HttpServer server;

  ControlServer(ControlSocket socket, Site site, PublicationCalls calls) {
    this.socket = socket;
    this.site = site;
    this.calls = calls;
  }

  @Override
  public Future<?> start() {
    Path path = socket.path();
    if (!ControlSocket.fits(path)) {
      LOG.warn(
          "no control socket: {} has {} bytes, a socket's path has at most {}; try a shorter"
              + " --state",
          path,
          ControlSocket.bytes(path),
          ControlSocket.LONGEST);
      return Future.succeededFuture();
    }
    return vertx
        .executeBlocking(socket::draft)
        .compose(draft -> listen(Objects.requireNonNull(draft)))
        .compose(listening -> vertx.executeBlocking(this::show))
        .onSuccess(shown -> LOG.info("control socket {}", path))
        .onFailure(failure -> LOG.warn("no control socket {}: {}", path, failure.toString()))
        .otherwiseEmpty();
  }

  private Future<HttpServer> listen(Path draft) {
    HttpServer opened = vertx.createHttpServer().requestHandler(this::answer);
    server = opened;
    return opened.listen(SocketAddress.domainSocketAddress(draft.toString()));
  }

  private boolean show() throws Exception {
    socket.show();
    return true;
  }

  private void answer(HttpServerRequest request) {
    Optional<ControlAction> action = ControlAction.at(String.valueOf(request.path()));
    if (action.isEmpty()) {
      send(request, 404, error("no such request; there are " + paths()));
    } else if (!request.method().equals(HttpMethod.POST)) {
      request.response().putHeader("allow", "POST");
      send(request, 405, error(action.get().path() + " takes POST, not " + request.method()));
    } else {
      perform(request, action.get());
    }
  }

  private static String paths() {
    return Arrays.stream(ControlAction.values())
        .map(ControlAction::path)
        .collect(Collectors.joining(", "));
  }

  private void perform(HttpServerRequest request, ControlAction action) {
    @Nullable String wanted = request.getParam("site");
    @Nullable String publication = request.getParam("publication");
    if (wanted != null && !wanted.equals(site.name())) {
      send(request, 409, error("this gateway runs site " + site.name() + ", not " + wanted));
      return;
    }
    if (publication != null && !action.known(site).contains(publication)) {
      String text = SiteReader.unknown("publication", publication, action.known(site));
      send(request, 404, error(text));
      return;
    }
    List<String> asked = publication == null ? action.all(site) : List.of(publication);
    if (asked.isEmpty()) {
      send(request, 409, error("site " + site.name() + ": no publication for " + action.words()));
      return;
    }
    calls
        .call(action, asked, SOURCE)
        .onSuccess(called -> send(request, 200, answer(called)))
        .onFailure(failure -> send(request, 500, error(String.valueOf(failure.getMessage()))));
  }

  private JsonObject answer(List<Called> called) {
    JsonArray publications = new JsonArray();
    called.forEach(each -> publications.add(described(each)));
    return new JsonObject().put("site", site.name()).put("publications", publications);
  }

  private static JsonObject described(Called called) {
    JsonArray steps = new JsonArray();
    called.reply().steps().forEach(step -> steps.add(described(step)));
    return new JsonObject()
        .put("publication", called.publication())
        .put("outcome", word(called.reply().outcome()))
        .put("reason", called.reply().reason())
        .put("entities", called.reply().entities())
        .put("steps", steps);
  }

  private static JsonObject described(TrialStep step) {
    return new JsonObject()
        .put("step", step.name())
        .put("outcome", word(step.outcome()))
        .put("text", step.text());
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static JsonObject error(String text) {
    return new JsonObject().put("error", text);
  }

  private static void send(HttpServerRequest request, int status, JsonObject body) {
    request
        .response()
        .setStatusCode(status)
        .putHeader("content-type", "application/json")
        .end(body.encode() + "\n")
        .onFailure(gone -> LOG.debug("control {} {}", request.path(), gone.getMessage()));
  }

  @Override
  public Future<?> stop() {
    @Nullable HttpServer open = server;
    Future<Void> closed = open == null ? Future.succeededFuture() : open.close();
    return closed.eventually(() -> vertx.executeBlocking(this::release));
  }

  private boolean release() throws Exception {
    socket.release();
    return true;
  }
}
