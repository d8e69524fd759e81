package dev.voltbus.modbus;

class SerialAsciiModbusClientTest extends SerialContract {
  @Override
  TestingFraming framing() {
    return TestingFraming.ASCII;
  }

  @Override
  String scheme() {
    return "ascii";
  }
}
