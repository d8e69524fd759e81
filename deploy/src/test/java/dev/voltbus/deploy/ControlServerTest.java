package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Site;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The control socket of a node that has no publication itself.
class ControlServerTest {
  private final Vertx vertx = Vertx.vertx();
  private final Gateway gateway = new Gateway(vertx);
  @TempDir private Path folder;

  @AfterEach
  void close() {
    gateway.stop().otherwiseEmpty().await();
    vertx.close().await();
  }

  private ControlSocket serve() throws Exception {
    return serve(folder);
  }

  private ControlSocket serve(Path state) throws Exception {
    Site site = site();
    ControlSocket socket = ControlSocket.claim(state);
    PublicationCalls calls = new PublicationCalls(vertx, gateway.wiring(), site);
    gateway.start(site, Set.of(), 0, List.of(new ControlServer(socket, site, calls))).await();
    return socket;
  }

  private Site site() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("site.yaml"),
            """
            site: garage
            links:
              line: { url: "tcp://127.0.0.1:1" }
            devices:
              pack: { type: tinybms, link: line, unit: 170 }
              car: { type: pushed-car, push: { broker: local, topic: cars/leaf } }
            brokers:
              local: { uri: "mqtt://127.0.0.1:1" }
            publications:
              BE: { contract: battery-emulator, broker: local, devices: [pack] }
              raw: { contract: tinybms, broker: local, devices: [pack] }
            """);
    return SiteFiles.load(file, Path.of("config"), Map.of());
  }

  private record Answer(int status, String allow, String error) {
    private Answer(HttpClientResponse response, Buffer body) {
      this(
          response.statusCode(),
          response.getHeader("allow"),
          body.toJsonObject().getString("error"));
    }
  }

  private Answer send(ControlSocket socket, HttpMethod method, String uri) {
    RequestOptions options =
        new RequestOptions()
            .setServer(SocketAddress.domainSocketAddress(socket.path().toString()))
            .setHost("localhost")
            .setPort(80)
            .setMethod(method)
            .setURI(uri);
    return vertx
        .createHttpClient()
        .request(options)
        .compose(HttpClientRequest::send)
        .compose(response -> response.body().map(body -> new Answer(response, body)))
        .await();
  }

  private String fault(ControlAction action, String site, String publication) {
    ControlClient client = new ControlClient(folder);
    return assertThrows(CommandException.class, () -> client.ask(action, site, publication))
        .getMessage();
  }

  @Test
  void whatCannotBeAskedIsRefusedWithWhatCan() throws Exception {
    ControlSocket socket = serve();
    assertEquals(
        new Answer(404, null, "no such request; there are /mqtt/discover, /mqtt/test, /reload"),
        send(socket, HttpMethod.POST, "/stop"));
    assertEquals(
        new Answer(405, "POST", "/reload takes POST, not GET"),
        send(socket, HttpMethod.GET, "/reload"));
    assertEquals(404, send(socket, HttpMethod.POST, "/reload?publication=").status());
  }

  @Test
  void anotherPublicationOrSiteIsNamed() throws Exception {
    serve();
    assertEquals(
        "no publication `BEE`, did you mean `BE`? known: BE, raw",
        fault(ControlAction.TEST, null, "BEE"));
    assertEquals(
        "this gateway runs site garage, not shed", fault(ControlAction.DISCOVER, "shed", null));
  }

  // In a cluster the publications may be elsewhere, or on their way to another node.
  @Test
  void aPublicationThatNobodyHasIsAskedForInVain() throws Exception {
    serve();
    JsonObject answer = new ControlClient(folder).ask(ControlAction.RELOAD, "garage", null);
    List<JsonObject> said = ControlOptions.said(answer);
    assertEquals(
        List.of("BE", "raw", "push.local"),
        said.stream().map(each -> each.getString("publication")).toList());
    assertEquals(
        "failed: nobody has it: does a node with role mqtt run?",
        ControlOptions.failed(said.getFirst()));
    assertFalse(ControlOptions.isFine(said.getFirst()));
  }

  @Test
  void onlyItsOwnerCanConnectAndNothingElseIsLeft() throws Exception {
    Files.writeString(folder.resolve("control.sock"), "what a dead process left");
    ControlSocket socket = serve();
    assertEquals(
        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.path())));
    gateway.stop().await();
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(
          List.of("control.lock", "site.yaml"),
          left.map(path -> path.getFileName().toString()).sorted().toList());
    }
  }

  @Test
  void aFolderBelongsToOneProcessUntilItEnds() throws Exception {
    ControlSocket first = ControlSocket.claim(folder);
    CommandException refused =
        assertThrows(CommandException.class, () -> ControlSocket.claim(folder));
    assertTrue(
        refused
            .getMessage()
            .startsWith("--state: folder " + folder + " is used by another voltbus"),
        refused.getMessage());
    first.release();
    ControlSocket.claim(folder).release();
  }

  // The gateway is of use without it.
  @Test
  void aPathThatIsTooLongLeavesTheGatewayWithoutASocket() throws Exception {
    Path deep = Files.createDirectories(folder.resolve("d".repeat(100)));
    ControlSocket socket = serve(deep);
    assertTrue(Files.notExists(socket.path()));
    CommandException refused =
        assertThrows(
            CommandException.class,
            () -> new ControlClient(deep).ask(ControlAction.RELOAD, null, null));
    assertTrue(
        refused.getMessage().contains(" bytes, a socket's path has at most 107"),
        refused.getMessage());
  }

  @Test
  void whereNoGatewayRunsTheFolderIsAskedFor() throws Exception {
    String none = fault(ControlAction.RELOAD, null, null);
    assertTrue(none.startsWith("no control socket " + folder.resolve("control.sock")), none);
    assertTrue(none.contains("try: is the gateway running, with this folder as --state?"), none);
    Files.writeString(folder.resolve("control.sock"), "");
    String dead = fault(ControlAction.RELOAD, null, null);
    assertTrue(dead.contains("nobody listens"), dead);
  }

  @Test
  void optionsThatBelongTogetherAreAskedForTogether() {
    CommandRun run = CommandRun.of("mqtt", "test", "--site=site.yaml", "--running");
    assertEquals(2, run.code());
    assertEquals("--running and --state DIR belong together: one of them is missing\n", run.err());
  }
}
