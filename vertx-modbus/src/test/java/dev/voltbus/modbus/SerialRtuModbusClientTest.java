package dev.voltbus.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.modbus.ModbusRequest.ReadHolding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SerialRtuModbusClientTest extends SerialContract {
  /// 3.5 characters of 10 bits at 1200 baud.
  private static final Duration SILENCE = Duration.ofNanos(29_166_666);

  @Override
  TestingFraming framing() {
    return TestingFraming.RTU;
  }

  @Override
  String scheme() {
    return "rtu";
  }

  @ParameterizedTest
  @CsvSource({
    "9600, even, 1, 4010415",
    "9600, none, 1, 3645831",
    "1200, even, 1, 32083331",
    "19200, even, 1, 2005206",
    "19201, even, 1, 1750000",
    "115200, none, 1, 1750000",
  })
  void silenceIsThreeAndAHalfCharactersAndFixedAbove19200(
      int baud, String parity, int stop, long nanos) {
    ModbusEndpoint.Rtu rtu =
        (ModbusEndpoint.Rtu)
            ModbusEndpoint.parse(
                "rtu:///dev/ttyS0?baud=%d&parity=%s&stop=%d".formatted(baud, parity, stop));
    assertEquals(nanos, rtu.settings().silenceNanos());
  }

  // Between each frame that came and the next request, also when it was no good answer.
  @Test
  void silenceIsKeptBeforeEveryRequest() throws Exception {
    client = renew(options("baud=1200&parity=none"));
    List<Long> seen = Collections.synchronizedList(new ArrayList<>());
    slave.otherwise((frame, peer) -> {
      seen.add(System.nanoTime());
      switch (seen.size()) {
        case 2 -> slave.send(frame, peer, TestingModbusServer.bytes(0x83, 2));
        case 3 -> peer.write(TestingModbusServer.bytes(1, 3, 2, 0, 0, 0, 0));
        default -> slave.answer(frame, peer);
      }
    });
    await(client.readHolding(1, 0, 1));
    failure(ModbusDeviceException.class, client.readHolding(1, 1, 1));
    failure(ModbusProtocolException.class, client.read(new ReadHolding(1, 2, 1), ANSWERED));
    await(client.readHolding(2, 4, 1));
    await(client.writeRegister(1, 3, 1));
    assertEquals(5, seen.size());
    for (int i = 1; i < seen.size(); i++) {
      Duration silence = Duration.ofNanos(seen.get(i) - seen.get(i - 1));
      assertTrue(silence.compareTo(SILENCE) > 0, silence::toString);
    }
  }
}
