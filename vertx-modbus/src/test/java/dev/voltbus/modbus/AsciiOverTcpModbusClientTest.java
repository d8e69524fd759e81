package dev.voltbus.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.modbus.ModbusRequest.ReadHolding;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class AsciiOverTcpModbusClientTest extends SocketContract {
  @Override
  TestingFraming framing() {
    return TestingFraming.ASCII;
  }

  // The frame of Modbus over serial line V1.02, 6.2.2, is `:1103006B00037E`.
  @Test
  void requestIsColonHexadecimalDigitsAndTheSum() throws Exception {
    await(client.readHolding(17, 107, 3));
    assertEquals(":1103006B00037E\r\n", slave.nextFrame().raw().toString());
  }

  @Test
  void answerWithAWrongSumIsRefused() throws Exception {
    connect();
    slave.thenMangle(answer -> answer.setByte(answer.length() - 3, (byte) '?'));
    assertRefused("no hexadecimal digits between ':' and the end of the line");
    slave.then((frame, peer) -> peer.write(ascii(":010302000AF1\r\n")));
    assertRefused("LRC f1 where f0 is right");
  }

  private void assertRefused(String fault) throws Exception {
    String text =
        failure(ModbusProtocolException.class, client.read(new ReadHolding(1, 0, 1), ANSWERED))
            .getMessage();
    assertTrue(text.endsWith("wrong answer: " + fault), text);
    assertWorks();
    assertConnectedOnce();
  }

  @Test
  void lowerCaseDigitsAreTaken() throws Exception {
    slave.then((frame, peer) -> peer.write(ascii(":010302000af0\r\n")));
    assertEquals(Words.of(10), await(client.readHolding(1, 0, 1)));
  }

  // Over serial line V1.02, 2.5.2: a pause of more than a second ends a frame.
  @Test
  void frameIsDroppedWhenItPausesForMoreThanASecond() throws Exception {
    slave.then((frame, peer) -> {
      Buffer answer = slave.rightAnswer(frame);
      peer.write(answer.getBuffer(0, 7));
      vertx.setTimer(
          1500,
          id ->
              peer.write(answer.getBuffer(7, answer.length()))
                  .onSuccess(v -> slave.send(frame, peer, TestingModbusServer.bytes(3, 2, 0, 77))));
    });
    assertEquals(Words.of(77), await(client.readHolding(1, 0, 1)));
    assertConnectedOnce();
  }

  private static Buffer ascii(String text) {
    return Buffer.buffer(text.getBytes(StandardCharsets.US_ASCII));
  }
}
