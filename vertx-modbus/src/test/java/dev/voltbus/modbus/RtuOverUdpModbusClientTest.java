package dev.voltbus.modbus;

class RtuOverUdpModbusClientTest extends ModbusClientContract {
  @Override
  TestingFraming framing() {
    return TestingFraming.RTU;
  }

  @Override
  TestingModbusServer startSlave() {
    return TestingModbusServer.startDatagrams(vertx, framing());
  }
}
