package dev.voltbus.modbus;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/// A listening port whose backlog is full, so that connecting to it gets no answer.
record FullBacklog(ServerSocket server, List<Socket> fillers) implements AutoCloseable {
  static FullBacklog open() throws Exception {
    FullBacklog backlog =
        new FullBacklog(
            new ServerSocket(0, 1, InetAddress.getLoopbackAddress()), new ArrayList<>());
    while (backlog.accepts()) {}
    return backlog;
  }

  private boolean accepts() throws Exception {
    Socket filler = new Socket();
    fillers.add(filler);
    try {
      filler.connect(new InetSocketAddress(server.getInetAddress(), port()), 200);
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    }
  }

  int port() {
    return server.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    for (Socket filler : fillers) {
      filler.close();
    }
    server.close();
  }
}
