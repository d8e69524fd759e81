package dev.voltbus.simulator;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A serial device or a pseudo terminal as a file: set to raw by `stty`, asked every few
/// milliseconds what has come. It is opened again when it was unplugged and came back.
final class SerialListener implements Listener {
  private static final Logger LOG = LoggerFactory.getLogger(SerialListener.class);
  private static final Duration LOOK = Duration.ofMillis(2);
  private static final Duration REOPEN = Duration.ofMillis(500);

  /// After that long without a byte what has come so far will not become a frame.
  private static final Duration SILENCE = Duration.ofMillis(100);

  private final Vertx vertx;
  private final Endpoint endpoint;
  private final Acceptor acceptor;
  private @Nullable Line line;
  private boolean closed;

  SerialListener(Vertx vertx, Endpoint endpoint, Acceptor acceptor) {
    this.vertx = vertx;
    this.endpoint = endpoint;
    this.acceptor = acceptor;
  }

  @Override
  public Future<Void> open() {
    closed = false;
    return vertx.executeBlocking(this::openFile, false).onSuccess(this::use).mapEmpty();
  }

  private Line openFile() throws IOException, InterruptedException {
    stty("" + endpoint.baud(), "raw", "-echo", "clocal");
    try {
      stty(endpoint.stopBits() == 2 ? "cstopb" : "-cstopb");
      stty(parity());
    } catch (IOException e) {
      LOG.debug("a pseudo terminal has no parity: {}", e.getMessage());
    }
    return new Line(
        new FileInputStream(endpoint.device()), new FileOutputStream(endpoint.device()));
  }

  private String[] parity() {
    return switch (endpoint.parity()) {
      case "even" -> new String[] {"parenb", "-parodd"};
      case "odd" -> new String[] {"parenb", "parodd"};
      default -> new String[] {"-parenb"};
    };
  }

  private void stty(String... settings) throws IOException, InterruptedException {
    List<String> order = new ArrayList<>(List.of("stty", "-F", endpoint.device()));
    order.addAll(List.of(settings));
    Process stty = new ProcessBuilder(order).redirectErrorStream(true).start();
    String said = new String(stty.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (stty.waitFor() != 0) {
      throw new IOException(said.strip());
    }
  }

  private void use(Line opened) {
    if (closed) {
      opened.close();
      return;
    }
    line = opened;
    opened.stream = acceptor.accept(opened);
    opened.timer = vertx.setPeriodic(LOOK.toMillis(), tick -> opened.look());
  }

  /// The device has vanished: tries again until it is back.
  private void lost(Line gone, IOException why) {
    LOG.info("simulated serial device {} is gone: {}", endpoint.device(), why.getMessage());
    gone.close();
    line = null;
    reopen();
  }

  private void reopen() {
    if (!closed) {
      var _ = vertx.setTimer(REOPEN.toMillis(), again -> open().onFailure(still -> reopen()));
    }
  }

  @Override
  public Future<Void> close() {
    closed = true;
    if (line != null) {
      line.close();
      line = null;
    }
    return Future.succeededFuture();
  }

  @Override
  public int port() {
    return 0;
  }

  private final class Line implements Connection {
    private final FileInputStream in;
    private final FileOutputStream out;
    private @Nullable RequestStream stream;
    private long timer;
    private long lastByteAt;

    private Line(FileInputStream in, FileOutputStream out) {
      this.in = in;
      this.out = out;
    }

    private void look() {
      try {
        int count = in.available();
        if (stream != null && count > 0) {
          lastByteAt = System.nanoTime();
          stream.receive(Buffer.buffer(in.readNBytes(count)));
        } else if (stream != null && System.nanoTime() - lastByteAt > SILENCE.toNanos()) {
          stream.silence();
        }
      } catch (IOException e) {
        lost(this, e);
      }
    }

    @Override
    public void write(Buffer bytes) {
      try {
        out.write(bytes.getBytes());
        out.flush();
      } catch (IOException e) {
        LOG.debug("write: {}", e.getMessage());
      }
    }

    /// A line cannot be hung up.
    @Override
    public void close() {
      vertx.cancelTimer(timer);
      if (stream != null) {
        stream.ended();
      }
      try {
        in.close();
        out.close();
      } catch (IOException e) {
        LOG.debug("close: {}", e.getMessage());
      }
    }

    @Override
    public void reset() {
      LOG.debug("{} cannot be reset", endpoint.device());
    }
  }
}
