package dev.voltbus.modbus;

import com.fazecast.jSerialComm.SerialPort;
import com.fazecast.jSerialComm.SerialPortInvalidPortException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// A serial port. Its path is read anew at each opening, so that a `by-id` link leads to wherever
/// the adapter is plugged in now.
///
/// jSerialComm reads in native code, which neither an interrupt nor a virtual thread can leave: it
/// reads in short slices, on a thread of its own.
final class SerialLine implements Line {
  /// The unit in which the operating system's driver counts a read's time limit.
  private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final int SLICE_MILLIS = 100;
  private static final int BUSY = 2;
  private static final int LOCKED = 11;

  private final SerialPort port;
  private final Path path;
  private final long characterNanos;
  private final long silenceNanos;
  private long lastCharacterNanos = System.nanoTime();
  private volatile boolean aborted;

  static {
    // Two processes that unpack the native library to the same file at once can crash each other.
    if (System.getProperty("jSerialComm.library.randomizeNativeName") == null) {
      System.setProperty("jSerialComm.library.randomizeNativeName", "true");
    }
  }

  private SerialLine(SerialPort port, Path path, SerialSettings settings, long silenceNanos) {
    this.port = port;
    this.path = path;
    this.characterNanos = settings.characterNanos();
    this.silenceNanos = silenceNanos;
  }

  /// Opens the port for this process alone.
  ///
  /// @param silenceNanos least silence before each request
  static SerialLine open(Path path, SerialSettings settings, long silenceNanos) throws IOException {
    if (!Files.exists(path)) {
      throw new IOException("serial port " + path + " is not there");
    }
    if (!Files.isReadable(path) || !Files.isWritable(path)) {
      throw new IOException(
          "serial port " + path + " may not be read and written by this user (group dialout?)");
    }
    try {
      return opened(path, settings, silenceNanos);
    } catch (SerialPortInvalidPortException e) {
      throw new IOException(path + " is not a serial port", e);
    } catch (LinkageError e) {
      throw new IOException(
          "the native library of jSerialComm cannot be unpacked and loaded from "
              + System.getProperty("java.io.tmpdir")
              + " or the home folder; set -Djava.io.tmpdir to a writable folder that allows"
              + " execution",
          e);
    }
  }

  private static SerialLine opened(Path path, SerialSettings settings, long silenceNanos)
      throws IOException {
    SerialPort port = SerialPort.getCommPort(path.toString());
    port.setComPortParameters(
        settings.baud(),
        settings.dataBits(),
        settings.stopBits() == 1 ? SerialPort.ONE_STOP_BIT : SerialPort.TWO_STOP_BITS,
        parity(settings.parity()));
    port.setFlowControl(SerialPort.FLOW_CONTROL_DISABLED);
    port.setComPortTimeouts(SerialPort.TIMEOUT_READ_SEMI_BLOCKING, SLICE_MILLIS, 0);
    if (!port.openPort(0)) {
      throw new IOException("serial port " + path + fault(port.getLastErrorCode()));
    }
    return new SerialLine(port, path, settings, silenceNanos);
  }

  private static int parity(SerialSettings.Parity parity) {
    return switch (parity) {
      case NONE -> SerialPort.NO_PARITY;
      case EVEN -> SerialPort.EVEN_PARITY;
      case ODD -> SerialPort.ODD_PARITY;
    };
  }

  private static String fault(int error) {
    return error == BUSY || error == LOCKED
        ? " is in use by another program or link"
        : " cannot be opened, system error " + error;
  }

  @Override
  public void send(byte[] frame) throws IOException {
    checkOpen();
    if (port.writeBytes(frame, frame.length) != frame.length) {
      throw gone();
    }
    lastCharacterNanos = System.nanoTime() + frame.length * characterNanos;
  }

  @Override
  public boolean drain(Inbox inbox) throws IOException {
    return receive(inbox, 0);
  }

  @Override
  public boolean receive(Inbox inbox, long nanos) throws IOException {
    long deadline = System.nanoTime() + nanos;
    while (true) {
      checkOpen();
      int there = port.bytesAvailable();
      if (there < 0) {
        throw gone();
      }
      if (there > 0) {
        return take(inbox);
      }
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      if (left > SLICE_NANOS) {
        if (take(inbox)) {
          return true;
        }
      } else {
        pause(Math.min(left, TimeUnit.MILLISECONDS.toNanos(1)));
      }
    }
  }

  /// Blocks for at most a slice while nothing comes.
  private boolean take(Inbox inbox) throws IOException {
    boolean any = inbox.fill(this::read);
    if (any) {
      lastCharacterNanos = System.nanoTime();
    }
    return any;
  }

  private int read(byte[] target, int offset, int most) throws IOException {
    int count = port.readBytes(target, most, offset);
    if (count < 0) {
      throw gone();
    }
    return count;
  }

  private static void pause(long nanos) throws IOException {
    try {
      TimeUnit.NANOSECONDS.sleep(nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted");
    }
  }

  private void checkOpen() throws IOException {
    if (aborted || Thread.currentThread().isInterrupted()) {
      throw new IOException("closed");
    }
  }

  private IOException gone() {
    return new IOException(
        "serial port %s is gone, system error %d".formatted(path, port.getLastErrorCode()));
  }

  @Override
  public boolean keepsFrames() {
    return false;
  }

  @Override
  public long silenceLeftNanos() {
    return lastCharacterNanos + silenceNanos - System.nanoTime();
  }

  /// A handle kept on an unplugged adapter makes the system give it another name next time.
  @Override
  public void probe(Inbox inbox) throws IOException {
    if (!Files.exists(path)) {
      throw new IOException("serial port " + path + " is not there any more");
    }
    var _ = drain(inbox);
  }

  @Override
  public void abort() {
    aborted = true;
  }

  @Override
  public void close() {
    aborted = true;
    port.closePort();
  }
}
