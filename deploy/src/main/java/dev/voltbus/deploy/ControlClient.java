package dev.voltbus.deploy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Asks a running gateway at the control socket of its state folder.
final class ControlClient {
  /// What an answer takes beside the action itself.
  private static final Duration MARGIN = Duration.ofSeconds(10);

  private final Path socket;

  /// @param state the gateway's state folder
  ControlClient(Path state) {
    this.socket = ControlSocket.in(state);
  }

  /// Asks and waits.
  ///
  /// @param site the site the gateway must have, or null for any
  /// @param publication the only one to ask, or null for all
  /// @return what each said
  /// @throws CommandException if there is no answer, or it is that the request cannot be done
  JsonObject ask(ControlAction action, @Nullable String site, @Nullable String publication) {
    look();
    Vertx vertx = Vertx.vertx();
    try {
      return ask(vertx.createHttpClient(), action, query(site, publication));
    } finally {
      vertx.close().await();
    }
  }

  private void look() {
    if (!ControlSocket.fits(socket)) {
      throw new CommandException(
          "control socket %s has %d bytes, a socket's path has at most %d"
              .formatted(socket, ControlSocket.bytes(socket), ControlSocket.LONGEST),
          "a relative path for --state");
    }
    if (Files.notExists(socket)) {
      throw new CommandException(
          "no control socket " + socket, "is the gateway running, with this folder as --state?");
    }
  }

  private JsonObject ask(HttpClient client, ControlAction action, String query) {
    Duration limit = action.limit().plus(MARGIN);
    try {
      return client
          .request(options(action, query))
          .compose(HttpClientRequest::send)
          .compose(this::read)
          .await(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      throw new CommandException(
          "control socket " + socket + ": no answer within " + limit.toSeconds() + " s",
          "the gateway's log; it may hang");
    } catch (CommandException said) {
      throw said;
    } catch (Exception failure) {
      throw unreachable(String.valueOf(failure.getMessage()));
    }
  }

  private static String query(@Nullable String site, @Nullable String publication) {
    return Stream.of(parameter("site", site), parameter("publication", publication))
        .filter(each -> !each.isEmpty())
        .collect(Collectors.joining("&"));
  }

  private static String parameter(String name, @Nullable String value) {
    return value == null ? "" : name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  private RequestOptions options(ControlAction action, String query) {
    return new RequestOptions()
        .setServer(SocketAddress.domainSocketAddress(socket.toString()))
        .setHost("localhost")
        .setPort(80)
        .setMethod(HttpMethod.POST)
        .setURI(action.path() + "?" + query);
  }

  private Future<JsonObject> read(HttpClientResponse response) {
    return response.body().map(body -> understood(response.statusCode(), body));
  }

  private JsonObject understood(int status, Buffer body) {
    try {
      JsonObject answer = body.toJsonObject();
      if (status != 200) {
        throw new CommandException(answer.getString("error", "status " + status));
      }
      return answer;
    } catch (DecodeException | ClassCastException e) {
      throw new CommandException("control socket " + socket + ": not a gateway's answer");
    }
  }

  private CommandException unreachable(String reason) {
    if (reason.contains("refused")) {
      return new CommandException(
          "control socket "
              + socket
              + ": nobody listens; the gateway has ended without removing it",
          "start the gateway with this folder as --state");
    }
    return reason.contains("ermission denied")
        ? new CommandException(
            "control socket " + socket + ": permission denied",
            "as the user of the gateway, with sudo -u USER")
        : new CommandException("control socket " + socket + ": " + reason);
  }
}
