package dev.voltbus.simulator;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.NavigableMap;

/// Function 43 with MEI type 14 (Modbus Application Protocol 6.21): texts by object id, 0..2 basic,
/// 3..127 regular, 128..255 extended.
final class DeviceIdentification {
  private static final int MEI_TYPE = 14;
  private static final int BASIC = 1;
  private static final int EXTENDED = 3;
  private static final int SINGLE = 4;
  private static final int HEAD = 7;
  private static final int LONGEST = 253;

  private DeviceIdentification() {}

  static Buffer answer(NavigableMap<Integer, String> objects, Buffer request) throws Refusal {
    int code = request.getUnsignedByte(2);
    int first = request.getUnsignedByte(3);
    if (request.getUnsignedByte(1) != MEI_TYPE) {
      throw new Refusal(Refusal.ILLEGAL_FUNCTION);
    }
    if (code < BASIC || code > SINGLE) {
      throw new Refusal(Refusal.ILLEGAL_VALUE);
    }
    if (code == SINGLE) {
      if (!objects.containsKey(first)) {
        throw new Refusal(Refusal.ILLEGAL_ADDRESS);
      }
      return list(objects, code, objects.subMap(first, true, first, true));
    }
    int last = code == BASIC ? 2 : code == EXTENDED ? 255 : 127;
    int from = objects.containsKey(first) && first <= last ? first : 0;
    return list(objects, code, objects.subMap(from, true, last, true));
  }

  /// As many objects as fit; what does not is announced.
  private static Buffer list(
      NavigableMap<Integer, String> objects, int code, NavigableMap<Integer, String> wanted) {
    Buffer list = Buffer.buffer();
    int count = 0;
    int more = -1;
    for (var object : wanted.entrySet()) {
      byte[] text = object.getValue().getBytes(StandardCharsets.UTF_8);
      if (HEAD + list.length() + 2 + text.length > LONGEST) {
        more = object.getKey();
        break;
      }
      list.appendByte(object.getKey().byteValue()).appendByte((byte) text.length);
      list.appendBytes(text);
      count++;
    }
    return Buffer.buffer()
        .appendByte((byte) Protocol.DEVICE_IDENTIFICATION)
        .appendByte((byte) MEI_TYPE)
        .appendByte((byte) code)
        .appendByte((byte) (0x80 | conformity(objects)))
        .appendByte((byte) (more < 0 ? 0 : 0xFF))
        .appendByte((byte) Math.max(0, more))
        .appendByte((byte) count)
        .appendBuffer(list);
  }

  private static int conformity(NavigableMap<Integer, String> objects) {
    int last = objects.lastKey();
    return last > 127 ? EXTENDED : last > 2 ? 2 : BASIC;
  }
}
