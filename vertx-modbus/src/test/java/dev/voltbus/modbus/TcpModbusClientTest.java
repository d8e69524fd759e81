package dev.voltbus.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.modbus.ModbusRequest.ReadHolding;
import java.util.List;
import org.junit.jupiter.api.Test;

class TcpModbusClientTest extends SocketContract {
  @Override
  TestingFraming framing() {
    return TestingFraming.MBAP;
  }

  // PDUs after the examples of Modbus application protocol V1.1b3, 6.1 to 6.21.
  @Test
  void requestsAreThoseOfTheSpecification() throws Exception {
    assertRequestBytes(
        List.of(
            "0001000000061101" + "00130025",
            "0002000000061102" + "00C40016",
            "0003000000061103" + "006B0003",
            "0004000000061104" + "00080001",
            "0005000000061105" + "00ACFF00",
            "0006000000061106" + "00010003",
            "000700000009110F" + "0013000A02CD01",
            "00080000000B1110" + "0001000204000A0102",
            "0009000000081116" + "000400F20025",
            "000A000000111117" + "00030006000E00030600FF00FF00FF",
            "000B00000005112B" + "0E0100"));
  }

  @Test
  void eachRequestHasItsOwnTransaction() throws Exception {
    await(client.readHolding(1, 0, 1));
    await(client.readHolding(1, 0, 1));
    assertNotEquals(slave.nextFrame().transaction(), slave.nextFrame().transaction());
  }

  @Test
  void answerOfAnotherTransactionIsRefused() throws Exception {
    connect();
    slave.thenMangle(answer -> answer.setUnsignedShort(0, 999));
    assertFault("transaction 999, expected 2");
    assertEquals(1, client.counters().foreign());
  }

  @Test
  void answerOfAnotherProtocolIsRefused() throws Exception {
    connect();
    slave.thenMangle(answer -> answer.setUnsignedShort(2, 7));
    assertFault("protocol id 7, expected 0");
  }

  @Test
  void impossibleLengthIsRefusedAndTheStreamComesBackIntoStep() throws Exception {
    connect();
    slave.thenMangle(answer -> answer.setUnsignedShort(4, 0));
    assertFault("length 0 is not within 3..254");
    slave.thenMangle(answer -> answer.setUnsignedShort(4, 65535));
    assertFault("length 65535 is not within 3..254");
    assertEquals(2, client.counters().resyncs());
  }

  // A length that promises more than comes must not swallow the answers after it.
  @Test
  void lengthThatPromisesTooMuchCostsOneRequest() throws Exception {
    connect();
    slave.thenMangle(answer -> answer.setUnsignedShort(4, 200));
    failure(ModbusTimeoutException.class, client.read(new ReadHolding(1, 0, 1), SHORT));
    assertWorks();
    assertConnectedOnce();
  }

  @Test
  void lengthThatDisagreesWithTheByteCountIsRefused() throws Exception {
    connect();
    slave.thenAnswerPdu(3, 2, 0, 1, 0);
    assertFault("length 5, expected 4");
  }

  @Test
  void lateAnswerThatComesWhileTheNextIsAwaitedIsDropped() throws Exception {
    connect();
    Runnable gate = slave.thenHold();
    failure(ModbusTimeoutException.class, client.read(new ReadHolding(1, 5, 2), SHORT));
    slave.then((frame, peer) -> {
      gate.run();
      slave.answer(frame, peer);
    });
    assertEquals(Words.of(1006, 1007), await(client.readHolding(1, 6, 2)));
    assertEquals(1, client.counters().late());
    assertConnectedOnce();
  }

  // Its unit need not rest: the transaction tells the late answer from the next one's.
  @Test
  void timedOutUnitIsAskedAgainAtOnce() throws Exception {
    client = renew(client.options().withLateness(LONG));
    connect();
    slave.thenStaySilent();
    failure(ModbusTimeoutException.class, client.read(new ReadHolding(1, 0, 1), SHORT));
    assertEquals(Words.of(1003), await(client.read(new ReadHolding(1, 3, 1), ANSWERED)));
  }

  private void assertFault(String fault) throws Exception {
    String text =
        failure(ModbusProtocolException.class, client.read(new ReadHolding(1, 0, 1), ANSWERED))
            .getMessage();
    assertTrue(text.endsWith("wrong answer: " + fault), text);
    assertEquals(Words.of(1003), await(client.readHolding(1, 3, 1)));
    assertConnectedOnce();
  }
}
