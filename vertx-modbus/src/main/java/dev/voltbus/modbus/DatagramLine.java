package dev.voltbus.modbus;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.TimeUnit;

/// A datagram socket bound to one peer: the system drops what others send.
final class DatagramLine implements Line {
  private final DatagramChannel channel;

  private DatagramLine(DatagramChannel channel) {
    this.channel = channel;
  }

  static DatagramLine open(InetSocketAddress peer) throws IOException {
    DatagramChannel channel = DatagramChannel.open();
    try {
      channel.connect(peer);
      return new DatagramLine(channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public void send(byte[] frame) throws IOException {
    try {
      channel.write(ByteBuffer.wrap(frame));
    } catch (PortUnreachableException e) {
      throw unreachable();
    }
  }

  @Override
  public boolean drain(Inbox inbox) throws IOException {
    channel.configureBlocking(false);
    try {
      return inbox.fill(this::readPresent);
    } finally {
      channel.configureBlocking(true);
    }
  }

  private int readPresent(byte[] target, int offset, int most) throws IOException {
    try {
      return channel.read(ByteBuffer.wrap(target, offset, most));
    } catch (PortUnreachableException e) {
      throw unreachable();
    }
  }

  @Override
  public boolean receive(Inbox inbox, long nanos) throws IOException {
    channel.socket().setSoTimeout((int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
    return inbox.fill(this::read);
  }

  private int read(byte[] target, int offset, int most) throws IOException {
    DatagramPacket packet = new DatagramPacket(target, offset, most);
    try {
      channel.socket().receive(packet);
      return packet.getLength();
    } catch (SocketTimeoutException e) {
      return 0;
    } catch (PortUnreachableException e) {
      throw unreachable();
    }
  }

  private static IOException unreachable() {
    return new IOException("nobody listens at the port");
  }

  @Override
  public boolean keepsFrames() {
    return true;
  }

  @Override
  public long silenceLeftNanos() {
    return 0;
  }

  @Override
  public void probe(Inbox inbox) throws IOException {
    var _ = drain(inbox);
  }

  @Override
  public void abort() {
    try {
      channel.close();
    } catch (IOException e) {
      ConnectionActor.LOG.debug("datagram socket closed with a fault: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    abort();
  }
}
