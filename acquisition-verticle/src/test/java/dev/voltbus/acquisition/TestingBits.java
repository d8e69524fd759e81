package dev.voltbus.acquisition;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;

/// Answers Modbus TCP reads of coils and discrete inputs: a coil is on at every third address, a
/// discrete input at every second. Deploy it as a verticle.
final class TestingBits extends VerticleBase {
  private static final int HEADER = 7;
  private static final int REQUEST = HEADER + 5;

  private volatile int port;

  @Override
  public Future<?> start() {
    return vertx
        .createNetServer()
        .connectHandler(socket -> socket.handler(request -> answer(socket, request)))
        .listen(0, "127.0.0.1")
        .map(NetServer::actualPort)
        .onSuccess(actual -> port = actual);
  }

  int port() {
    return port;
  }

  private static void answer(NetSocket socket, Buffer request) {
    if (request.length() != REQUEST) {
      throw new IllegalArgumentException(request.length() + " bytes are no read request");
    }
    int function = request.getUnsignedByte(HEADER);
    int every = function == 1 ? 3 : 2;
    int address = request.getUnsignedShort(HEADER + 1);
    byte[] bits = new byte[(request.getUnsignedShort(HEADER + 3) + 7) / 8];
    for (int i = 0; i < request.getUnsignedShort(HEADER + 3); i++) {
      if ((address + i) % every == 0) {
        bits[i / 8] |= (byte) (1 << i % 8);
      }
    }
    Future<Void> written =
        socket.write(
            request
                .getBuffer(0, 4)
                .appendShort((short) (3 + bits.length))
                .appendByte(request.getByte(6))
                .appendByte((byte) function)
                .appendByte((byte) bits.length)
                .appendBytes(bits));
    written.onFailure(gone -> {});
  }
}
