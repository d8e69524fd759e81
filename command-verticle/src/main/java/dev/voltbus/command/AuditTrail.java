package dev.voltbus.command;

import dev.voltbus.contract.CommandRequest;
import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.WriteRequest;
import dev.voltbus.contract.WriteResult;
import dev.voltbus.outbox.AuditFile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The audit of a site's control: what was asked by whom, what was decided and why, and what went
/// to the device. Lines that come while others are being written go to disk together.
final class AuditTrail {
  private static final Logger LOG = LoggerFactory.getLogger(AuditTrail.class);
  private static final int MOST_WAITING = 10_000;
  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

  private final Vertx vertx;
  private final TimeSource time;
  private final String site;
  private final @Nullable Path folder;
  private final Metrics.Counter lost;
  private final List<String> waiting = new ArrayList<>();
  private @Nullable WorkerExecutor worker;
  private @Nullable AuditFile file;
  private Future<Void> writing = Future.succeededFuture();
  private boolean isWriting;
  private boolean isClosed;
  private String node = "";

  /// @param state folder for what outlives the process; null writes no audit
  AuditTrail(Vertx vertx, TimeSource time, Metrics metrics, String site, @Nullable Path state) {
    this.vertx = vertx;
    this.time = time;
    this.site = site;
    this.folder = state == null ? null : folder(state, site);
    this.lost =
        metrics.counter(
            "voltbus_audit_lines_lost_total", "Audit lines that could not be kept", "site", site);
  }

  static Path folder(Path state, String site) {
    return state.resolve("audit").resolve(site);
  }

  /// Opens the file. Where that does not work the control goes on without audit, and says so.
  Future<Void> begin() {
    @Nullable Path place = folder;
    if (place == null) {
      return Future.succeededFuture();
    }
    WorkerExecutor own = vertx.createSharedWorkerExecutor("voltbus-audit-" + site, 1);
    worker = own;
    return own.executeBlocking(
            () -> {
              node = hostName();
              return AuditFile.open(place);
            })
        .onSuccess(opened -> file = opened)
        .onFailure(failure -> LOG.error("site={} no audit: {}", site, failure.toString()))
        .otherwiseEmpty()
        .mapEmpty();
  }

  /// Of this machine, without asking a name service, which may not know it.
  private static String hostName() throws IOException {
    return Files.isReadable(HOST_NAME)
        ? Files.readString(HOST_NAME).strip()
        : InetAddress.getLocalHost().getHostName();
  }

  Future<Void> end() {
    isClosed = true;
    @Nullable AuditFile last = file;
    @Nullable WorkerExecutor own = worker;
    if (last == null || own == null) {
      return own == null ? Future.succeededFuture() : own.close();
    }
    return writing
        .eventually(() ->
            own.executeBlocking(() -> {
              last.close();
              return last;
            }))
        .eventually(own::close)
        .mapEmpty();
  }

  // ---- what is said

  void decided(CommandRequest request, CommandResult result) {
    JsonObject line = line(result.status().name()).put("source", request.source());
    line.put("command", request.name()).put("battery", request.device()).put("id", request.id());
    line.put("payload_sha256", hash(request.payload()));
    add(reasons(line, result));
  }

  void followed(CommandResult result) {
    JsonObject line = line(result.status().name());
    line.put("command", result.about().command()).put("battery", result.about().device());
    add(reasons(line.put("id", result.id()), result));
  }

  private static JsonObject reasons(JsonObject line, CommandResult result) {
    if (!result.correlation().isEmpty()) {
      line.put("correlation_id", result.correlation());
    }
    if (!result.code().isEmpty()) {
      line.put("reason", result.code());
    }
    return result.reason().isEmpty() ? line : line.put("text", result.reason());
  }

  void wrote(WriteRequest request, WriteResult result) {
    JsonObject line = line("WRITE").put("source", request.source());
    line.put("device", request.device()).put("register", request.key());
    line.put("value", request.value()).put("outcome", result.outcome().name());
    line.put("written", result.written()).put("read_back", result.readBack());
    WriteRequest.@Nullable Revert revert = request.revert();
    if (revert != null) {
      line.put("back_to", revert.value()).put("after_ms", revert.afterMillis());
    }
    add(result.reason().isEmpty() ? line : line.put("text", result.reason()));
  }

  void happened(String battery, String event, String text) {
    JsonObject line = line(event).put("battery", battery);
    add(text.isEmpty() ? line : line.put("text", text));
  }

  private JsonObject line(String event) {
    return new JsonObject()
        .put("time", Instant.ofEpochMilli(time.wallMillis()).toString())
        .put("node", node)
        .put("event", event);
  }

  private static String hash(Buffer payload) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(payload.getBytes()));
    } catch (NoSuchAlgorithmException never) {
      throw new IllegalStateException("every Java platform has SHA-256", never);
    }
  }

  // ---- to disk

  private void add(JsonObject line) {
    if (folder == null || isClosed) {
      return;
    }
    if (file == null || waiting.size() >= MOST_WAITING) {
      lost.increment();
      return;
    }
    String members = line.encode();
    waiting.add(members.substring(1, members.length() - 1));
    writeNext();
  }

  private void writeNext() {
    @Nullable AuditFile open = file;
    @Nullable WorkerExecutor own = worker;
    if (isWriting || waiting.isEmpty() || open == null || own == null) {
      return;
    }
    isWriting = true;
    List<String> lines = List.copyOf(waiting);
    waiting.clear();
    writing =
        own.executeBlocking(
                () -> {
                  open.append(lines);
                  return lines;
                })
            .onFailure(failure -> {
              lost.add(lines.size());
              LOG.error("site={} audit: {}", site, failure.toString());
            })
            .otherwiseEmpty()
            .compose(done -> {
              isWriting = false;
              writeNext();
              return isWriting ? writing : Future.succeededFuture();
            });
  }
}
