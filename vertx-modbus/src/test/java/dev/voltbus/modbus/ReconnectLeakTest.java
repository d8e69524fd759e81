package dev.voltbus.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.modbus.ModbusRequest.ReadHolding;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A gateway that comes and goes for months.
@Timeout(180)
class ReconnectLeakTest {
  private static final int RECONNECTS = 1_000;
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final byte[] ANSWER_DATA = {3, 2, 0, 7};

  /// What the other side does with a connection; the client itself drops one that answered.
  private enum Ending {
    ANSWER,
    CLOSE,
    RESET,
    REFUSE
  }

  @Test
  void thousandReconnectsLeaveNoHandleThreadOrTimerBehind() throws Exception {
    Vertx vertx = Vertx.vertx();
    ServerSocket listening = listen(0);
    ModbusClient client =
        ModbusClient.create(
            vertx, ModbusClientOptions.of("tcp://127.0.0.1:" + listening.getLocalPort()));
    int[] outcomes = new int[Ending.values().length];
    LeftOvers before = null;
    for (int i = 0; i < RECONNECTS; i++) {
      if (i == 100) {
        before = LeftOvers.now(vertx);
      }
      Ending ending = Ending.values()[i % Ending.values().length];
      listening = meet(listening, ending, client, outcomes);
    }
    listening.close();
    java.util.Objects.requireNonNull(before).assertNothingMore(vertx);
    assertEquals(RECONNECTS / 4, outcomes[Ending.ANSWER.ordinal()]);
    assertTrue(client.counters().connects() >= RECONNECTS * 3 / 4);
    client.close().await(10, TimeUnit.SECONDS);
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  /// One request and what becomes of it; counts the answered ones.
  private static ServerSocket meet(
      ServerSocket listening, Ending ending, ModbusClient client, int[] outcomes) throws Exception {
    if (ending == Ending.REFUSE) {
      int port = listening.getLocalPort();
      listening.close();
      Future<Words> refused = ask(client);
      assertTrue(failed(refused) instanceof ModbusConnectException);
      return listen(port);
    }
    Future<Words> asked = ask(client);
    try (Socket socket = listening.accept()) {
      byte[] request = socket.getInputStream().readNBytes(12);
      if (ending == Ending.ANSWER) {
        answer(socket, request);
        assertEquals(Words.of(7), asked.await(10, TimeUnit.SECONDS));
        client.disconnect().await(10, TimeUnit.SECONDS);
        outcomes[ending.ordinal()]++;
        return listening;
      }
      socket.setSoLinger(ending == Ending.RESET, 0);
    }
    assertTrue(failed(asked) instanceof ModbusConnectionLostException);
    return listening;
  }

  private static ServerSocket listen(int port) throws IOException {
    ServerSocket server = new ServerSocket();
    server.setReuseAddress(true);
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return server;
  }

  private static Future<Words> ask(ModbusClient client) {
    return client.read(new ReadHolding(1, 0, 1), LIMIT);
  }

  private static Throwable failed(Future<Words> future) throws Exception {
    return future
        .map(words -> (Throwable) new AssertionError("answered"))
        .otherwise(failure -> failure)
        .await(10, TimeUnit.SECONDS);
  }

  private static void answer(Socket socket, byte[] request) throws IOException {
    byte[] answer = new byte[11];
    System.arraycopy(request, 0, answer, 0, 2);
    answer[5] = 5;
    answer[6] = request[6];
    System.arraycopy(ANSWER_DATA, 0, answer, 7, ANSWER_DATA.length);
    socket.getOutputStream().write(answer);
  }
}
