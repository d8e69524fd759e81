package dev.voltbus.modbus;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import jdk.net.ExtendedSocketOptions;

/// A TCP connection, plain or under TLS.
final class SocketLine implements Line {
  /// A dead peer shows after 10 s + 3 x 5 s of idleness.
  private static final int IDLE_SECONDS = 10;

  private static final int INTERVAL_SECONDS = 5;
  private static final int PROBES = 3;

  private final Socket socket;
  private final InputStream input;

  /// @param socket connected, its handshake done
  SocketLine(Socket socket) throws IOException {
    this.socket = socket;
    this.input = socket.getInputStream();
  }

  /// Sends each frame at once (Nagle costs up to 40 ms), and lets the system find a peer that went
  /// away without a word.
  static void prepare(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    set(socket, ExtendedSocketOptions.TCP_KEEPIDLE, IDLE_SECONDS);
    set(socket, ExtendedSocketOptions.TCP_KEEPINTERVAL, INTERVAL_SECONDS);
    set(socket, ExtendedSocketOptions.TCP_KEEPCOUNT, PROBES);
  }

  private static void set(Socket socket, SocketOption<Integer> option, int value)
      throws IOException {
    if (socket.supportedOptions().contains(option)) {
      socket.setOption(option, value);
    }
  }

  @Override
  public void send(byte[] frame) throws IOException {
    try {
      socket.getOutputStream().write(frame);
      socket.getOutputStream().flush();
    } catch (IOException e) {
      throw lastWords(e);
    }
  }

  /// A TLS server that refuses us says why and closes; the write only finds it closed.
  private IOException lastWords(IOException broken) {
    if (socket instanceof SSLSocket) {
      try {
        socket.setSoTimeout(1);
        var _ = input.read();
      } catch (SSLException reason) {
        return reason;
      } catch (IOException e) {
        return broken;
      }
    }
    return broken;
  }

  @Override
  public boolean drain(Inbox inbox) throws IOException {
    return input.available() > 0 && inbox.fill(this::read);
  }

  @Override
  public boolean receive(Inbox inbox, long nanos) throws IOException {
    socket.setSoTimeout((int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
    return inbox.fill(this::read);
  }

  private int read(byte[] target, int offset, int most) throws IOException {
    try {
      int count = input.read(target, offset, most);
      if (count < 0) {
        throw new EOFException();
      }
      return count;
    } catch (SocketTimeoutException e) {
      return 0;
    }
  }

  @Override
  public boolean keepsFrames() {
    return false;
  }

  @Override
  public long silenceLeftNanos() {
    return 0;
  }

  /// What has come while nobody looked is kept: it is judged before the next request.
  @Override
  public void probe(Inbox inbox) throws IOException {
    var _ = receive(inbox, 1);
  }

  @Override
  public void abort() {
    try {
      socket.close();
    } catch (IOException e) {
      ConnectionActor.LOG.debug("socket closed with a fault: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    abort();
  }
}
