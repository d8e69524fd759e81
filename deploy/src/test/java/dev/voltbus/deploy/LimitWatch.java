package dev.voltbus.deploy;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/// Reads both limits of the simulated inverter every 10 ms, over a Modbus TCP of its own, and notes
/// each change.
final class LimitWatch implements AutoCloseable {
  private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final int HEADER = 9;

  private final Socket socket;
  private final List<Seen> seen = new ArrayList<>();
  private volatile boolean isClosed;
  private volatile String fault = "";

  /// What the device had from a moment on.
  ///
  /// @param wallMillis of the first reading that showed it
  /// @param charge A
  /// @param discharge A
  record Seen(long wallMillis, double charge, double discharge) {
    boolean has(double in, double out) {
      return charge == in && discharge == out;
    }
  }

  LimitWatch(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    var _ = Thread.ofPlatform().daemon().start(this::watch);
  }

  private void watch() {
    try (DataInputStream in = new DataInputStream(socket.getInputStream())) {
      while (!isClosed) {
        socket.getOutputStream().write(new byte[] {0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 2});
        byte[] answer = in.readNBytes(HEADER + 4);
        note(number(answer, HEADER) / 10.0, number(answer, HEADER + 2) / 10.0);
        LockSupport.parkNanos(EVERY_NANOS);
      }
    } catch (IOException | ArrayIndexOutOfBoundsException ended) {
      isClosed = true;
      fault = "; nothing is read any more: " + ended;
    }
  }

  private static int number(byte[] bytes, int at) {
    return ((bytes[at] & 0xFF) << 8) | (bytes[at + 1] & 0xFF);
  }

  private void note(double charge, double discharge) {
    synchronized (seen) {
      if (seen.isEmpty() || !seen.getLast().has(charge, discharge)) {
        seen.add(new Seen(System.currentTimeMillis(), charge, discharge));
        seen.notifyAll();
      }
    }
  }

  /// Everything that was seen so far, in order.
  List<Seen> all() {
    synchronized (seen) {
      return List.copyOf(seen);
    }
  }

  /// What the device has.
  Seen now() {
    synchronized (seen) {
      return seen.getLast();
    }
  }

  int count() {
    synchronized (seen) {
      return seen.size();
    }
  }

  /// Waits for what fits, from the change with this number on.
  Seen await(int from, Predicate<Seen> fits, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    synchronized (seen) {
      while (true) {
        for (Seen each : seen.subList(Math.min(from, seen.size()), seen.size())) {
          if (fits.test(each)) {
            return each;
          }
        }
        long left = end - System.nanoTime();
        if (left <= 0) {
          throw new AssertionError(
              "not seen within " + limit + " behind " + from + ": " + seen + fault);
        }
        TimeUnit.NANOSECONDS.timedWait(seen, left);
      }
    }
  }

  @Override
  public void close() throws IOException {
    isClosed = true;
    socket.close();
  }
}
