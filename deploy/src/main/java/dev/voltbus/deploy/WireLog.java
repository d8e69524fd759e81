package dev.voltbus.deploy;

import dev.voltbus.simulator.ModbusServer;
import dev.voltbus.simulator.WireEvent;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A file with everything that happens on the wire of simulated servers, a line each: monotonic
/// microseconds of this machine, number of the server, number of its connection, what happened.
/// Whoever judges a gateway from outside needs no word of the gateway.
final class WireLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WireLog.class);

  private final Path file;
  private final BufferedWriter out;
  private boolean isFailed;

  /// @throws CommandException if the file cannot be written
  WireLog(Path file) {
    this.file = file;
    try {
      this.out = Files.newBufferedWriter(file);
    } catch (IOException e) {
      throw new CommandException("--wire-log: " + file + " cannot be written: " + e);
    }
  }

  void follow(List<ModbusServer> servers) {
    for (int i = 0; i < servers.size(); i++) {
      int number = i + 1;
      servers.get(i).onWire(event -> write(number, event));
    }
  }

  /// A full disk must not change what the simulated devices do.
  synchronized void write(int server, WireEvent event) {
    try {
      out.write(
          TimeUnit.NANOSECONDS.toMicros(event.nanos())
              + " "
              + server
              + " "
              + event.connection()
              + " "
              + event.line()
              + "\n");
      out.flush();
    } catch (IOException e) {
      if (!isFailed) {
        LOG.warn("--wire-log: {} cannot be written: {}", file, e.toString());
      }
      isFailed = true;
    }
  }

  @Override
  public synchronized void close() {
    try {
      out.close();
    } catch (IOException e) {
      LOG.warn("--wire-log: {} cannot be closed: {}", file, e.toString());
    }
  }
}
