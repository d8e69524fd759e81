package dev.voltbus.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;

class UdpModbusClientTest extends ModbusClientContract {
  @Override
  TestingFraming framing() {
    return TestingFraming.MBAP;
  }

  @Override
  TestingModbusServer startSlave() {
    return TestingModbusServer.startDatagrams(vertx, framing());
  }

  // What continues a broken datagram in the next one would be somebody's invention.
  @Test
  void halfADatagramIsDroppedWhole() throws Exception {
    slave.then((frame, peer) -> {
      Buffer answer = slave.rightAnswer(frame);
      peer.write(answer.getBuffer(0, 9))
          .compose(v -> peer.write(answer.getBuffer(9, answer.length())))
          .onSuccess(v -> slave.send(frame, peer, TestingModbusServer.bytes(3, 2, 0, 77)));
    });
    assertEquals(Words.of(77), await(client.readHolding(1, 0, 1)));
    assertConnectedOnce();
  }

  @Test
  void portWithoutAServerIsNamed() throws Exception {
    slave.stop();
    ModbusConnectionLostException lost =
        failure(ModbusConnectionLostException.class, client.readHolding(1, 0, 1));
    assertEquals(
        message("holding 0 lost its connection: nobody listens at the port"), lost.getMessage());
  }
}
