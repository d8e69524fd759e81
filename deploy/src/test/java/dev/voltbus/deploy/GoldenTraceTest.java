package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.acquisition.AcquisitionVerticle;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.WriteRequest;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Each folder under `testcases/traces` is a conversation on the wire: device files, a site, what
/// the other side does (`script.txt`, see [TraceScript]) and each byte that went over the wire
/// (`exchange.txt`). After a deliberate change `-Dvoltbus.accept=true` writes the exchanges anew;
/// read the difference like code.
class GoldenTraceTest {
  private static final Path CASES = Path.of("src/test/resources/testcases/traces");
  private static final long PATIENCE_SECONDS = 60;

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> everyByteOnTheWireIsTheOneWrittenDown() throws IOException {
    List<Path> cases;
    try (Stream<Path> folders = Files.list(CASES)) {
      cases = folders.sorted().toList();
    }
    assertTrue(cases.size() >= 5, cases.size() + " cases");
    return cases.stream()
        .map(path -> DynamicTest.dynamicTest(path.getFileName().toString(), () -> check(path)));
  }

  private void check(Path trace) throws Exception {
    List<String> exchange = run(trace);
    Path expected = trace.resolve("exchange.txt");
    if (Boolean.getBoolean("voltbus.accept")) {
      Files.write(expected, exchange);
    }
    assertEquals(String.join("\n", Files.readAllLines(expected)), String.join("\n", exchange));
  }

  private List<String> run(Path trace) throws Exception {
    Path config = Files.createDirectory(folder.resolve(trace.getFileName()));
    ConfigFolder.copy(Path.of("config/schema"), config.resolve("schema"));
    ConfigFolder.copy(trace, config);
    Vertx vertx = Vertx.vertx();
    Gateway gateway = new Gateway(vertx);
    TraceScript script = TraceScript.read(trace.resolve("script.txt"));
    Bus bus = gateway.wiring().bus();
    try (TracePeer peer = new TracePeer(script, write -> ask(bus, write))) {
      Map<String, String> variables = Map.of("PORT", "" + peer.port());
      Site site = SiteFiles.load(config.resolve("site.yaml"), config, variables, name -> null);
      vertx.deployVerticle(new AcquisitionVerticle(site, gateway.wiring())).await();
      return peer.exchange(PATIENCE_SECONDS);
    } finally {
      vertx.close().await();
    }
  }

  /// What becomes of the write shows on the wire. The first request may be there before its link
  /// takes writes, so it is asked again until somebody does, as control would.
  private static void ask(Bus bus, TraceScript.Write write) {
    WriteRequest request =
        new WriteRequest(
            "trace-" + write.at(),
            "trace",
            write.device(),
            write.key(),
            write.value(),
            WriteRequest.Deadline.in(5000),
            1,
            "golden trace",
            null);
    bus.request(RequestAddress.writes("trace", "wire"), request, Duration.ofSeconds(10))
        .onComplete(
            result -> System.out.println("write " + write + ": " + result),
            failure -> {
              if (failure instanceof ReplyException reply
                  && reply.failureType() == ReplyFailure.NO_HANDLERS) {
                ask(bus, write);
              } else {
                System.out.println("write " + write + ": " + failure);
              }
            });
  }
}
