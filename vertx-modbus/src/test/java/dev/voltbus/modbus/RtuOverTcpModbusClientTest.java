package dev.voltbus.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.modbus.ModbusRequest.ReadHolding;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RtuOverTcpModbusClientTest extends SocketContract {
  @Override
  TestingFraming framing() {
    return TestingFraming.RTU;
  }

  // PDUs as over TCP; the CRC of "110300 6B0003" is the one that textbooks print.
  @Test
  void requestsAreThoseOfTheSpecification() throws Exception {
    assertRequestBytes(
        List.of(
            withCrc("1101" + "00130025"),
            withCrc("1102" + "00C40016"),
            "1103" + "006B0003" + "7687",
            withCrc("1104" + "00080001"),
            withCrc("1105" + "00ACFF00"),
            withCrc("1106" + "00010003"),
            withCrc("110F" + "0013000A02CD01"),
            withCrc("1110" + "0001000204000A0102"),
            withCrc("1116" + "000400F20025"),
            withCrc("1117" + "00030006000E00030600FF00FF00FF"),
            withCrc("112B" + "0E0100")));
  }

  private static String withCrc(String hex) {
    Buffer bytes = Buffer.buffer(java.util.HexFormat.of().parseHex(hex));
    int crc = TestingFraming.crc(bytes);
    return hex + "%02X%02X".formatted(crc & 0xFF, crc >> 8);
  }

  // j2mod reads the CRC and throws it away.
  @Test
  void answerWithAWrongCrcIsRefused() throws Exception {
    connect();
    slave.thenMangle(answer -> answer.setByte(4, (byte) 99));
    String text = failure(ModbusProtocolException.class, read(ANSWERED)).getMessage();
    assertTrue(text.matches(".*wrong answer: CRC [0-9a-f]{4} where [0-9a-f]{4} is right"), text);
    assertEquals(Words.of(1003), await(client.readHolding(1, 3, 1)));
    assertConnectedOnce();
  }

  @Test
  void exceptionWithAWrongCrcIsRefused() throws Exception {
    connect();
    slave.then((frame, peer) -> peer.write(TestingModbusServer.bytes(1, 0x83, 2, 0, 0)));
    failure(ModbusProtocolException.class, read(ANSWERED));
  }

  // Nothing in the frame tells the late answer of the same shape, only time does.
  @Test
  void timedOutUnitRestsUntilItsLateAnswerHasComeOrCannotComeAnyMore() throws Exception {
    connect();
    slave.thenStaySilent();
    failure(ModbusTimeoutException.class, read(SHORT));
    long start = System.nanoTime();
    assertEquals(Words.of(1000), await(read(ANSWERED)));
    assertTrue(System.nanoTime() - start > LATENESS.toNanos() * 9 / 10);
    assertConnectedOnce();
  }

  private Future<Words> read(Duration limit) {
    return client.read(new ReadHolding(1, 0, 1), limit);
  }
}
