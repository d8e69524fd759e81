package dev.voltbus.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.modbus.ModbusRequest.ReadHolding;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What a [ModbusClient] keeps to where an answer may come in pieces.
abstract class ByteStreamContract extends ModbusClientContract {
  // Each byte starts a socket's time limit anew.
  @Test
  void dribblingDeviceRunsIntoTheDeadline() throws Exception {
    connect();
    slave.thenDribble(50);
    long start = System.nanoTime();
    failure(ModbusTimeoutException.class, client.read(new ReadHolding(1, 0, 100), SHORT));
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(took.compareTo(Duration.ofSeconds(2)) < 0, took::toString);
    assertWorks();
    assertConnectedOnce();
  }

  @Test
  void slowButWholeAnswerIsTaken() throws Exception {
    slave.thenDribble(5);
    assertEquals(Words.of(1000, 1001), await(client.readHolding(1, 0, 2)));
    assertConnectedOnce();
  }

  @Test
  void halfAnAnswerThenSilenceTimesOut() throws Exception {
    connect();
    slave.thenMangle(answer -> answer.getBuffer(0, answer.length() - 1));
    failure(ModbusTimeoutException.class, client.read(new ReadHolding(1, 0, 3), SHORT));
    assertWorks();
    assertConnectedOnce();
  }

  @Test
  void noiseBeforeTheAnswerIsSkipped() throws Exception {
    slave.then((frame, peer) ->
        peer.write(
            Buffer.buffer(new byte[] {0, -1, 1, 3, 0x55, 0, 0, 1, -128})
                .appendBuffer(slave.rightAnswer(frame))));
    assertEquals(Words.of(1000, 1001), await(client.readHolding(1, 0, 2)));
    assertEquals(1, client.counters().resyncs());
    assertWorks();
    assertConnectedOnce();
  }

  @Test
  void frameThatBrokeOffDoesNotSwallowTheNext() throws Exception {
    slave.then((frame, peer) ->
        peer.write(
            slave.rightAnswer(frame).getBuffer(0, 8).appendBuffer(slave.rightAnswer(frame))));
    assertEquals(Words.of(1000, 1001), await(client.readHolding(1, 0, 2)));
    assertWorks();
    assertConnectedOnce();
  }
}
