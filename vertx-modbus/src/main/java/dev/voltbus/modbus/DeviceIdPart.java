package dev.voltbus.modbus;

import dev.voltbus.modbus.ModbusRequest.ReadDeviceId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;

/// One answer of function 43/14: a head of seven bytes (function, MEI type, category, conformity,
/// more follows, next object, number of objects), then each object's id, length and bytes.
///
/// @param more whether the device has further objects, from `next` on
record DeviceIdPart(DeviceId id, boolean more, int next) {
  static final int MEI_TYPE = 14;
  private static final int HEAD = 7;
  private static final int MORE = 0xFF;

  /// How many bytes of the answer must be there before more can be said; `have` when it is whole.
  static int needed(byte[] pdu, int have) throws ProtocolViolation {
    if (have < HEAD) {
      return HEAD;
    }
    int end = HEAD;
    for (int object = 0; object < (pdu[6] & 0xFF); object++) {
      if (have < end + 2) {
        return within(end + 2);
      }
      end = within(end + 2 + (pdu[end + 1] & 0xFF));
    }
    return end;
  }

  private static int within(int length) throws ProtocolViolation {
    if (length > Pdu.LARGEST) {
      throw new ProtocolViolation("objects of " + length + " bytes, at most 253 fit a frame");
    }
    return length;
  }

  /// Reads a whole answer, which [Pdu#checkAnswer] has seen.
  static DeviceIdPart decode(ReadDeviceId request, byte[] pdu) {
    SortedMap<Integer, String> objects = new TreeMap<>();
    int at = HEAD;
    for (int object = 0; object < (pdu[6] & 0xFF); object++) {
      int length = pdu[at + 1] & 0xFF;
      objects.put(pdu[at] & 0xFF, new String(pdu, at + 2, length, StandardCharsets.ISO_8859_1));
      at += 2 + length;
    }
    boolean more =
        (pdu[4] & 0xFF) == MORE && request.category() != ReadDeviceId.Category.INDIVIDUAL;
    return new DeviceIdPart(new DeviceId(pdu[3] & 0xFF, objects), more, pdu[5] & 0xFF);
  }

  /// These objects and those of an earlier part.
  DeviceIdPart after(DeviceId earlier) {
    SortedMap<Integer, String> objects = new TreeMap<>(earlier.objects());
    objects.putAll(id.objects());
    return new DeviceIdPart(new DeviceId(earlier.conformity(), objects), more, next);
  }

  /// As people read it: `0 "Enepaq", 1 "TinyBMS", more from object 2`.
  String text() {
    StringJoiner text = new StringJoiner(", ");
    id.objects().keySet().forEach(object -> text.add(object + " \"" + id.text(object) + "\""));
    return text.add(more ? "more from object " + next : "end").toString();
  }

  /// As much of `id` as one answer holds, from the request's object on.
  static byte[] encode(ReadDeviceId request, DeviceId id) {
    Answer answer = new Answer(request, id.conformity());
    boolean alone = request.category() == ReadDeviceId.Category.INDIVIDUAL;
    SortedMap<Integer, String> asked =
        id.objects().subMap(request.object(), alone ? request.object() + 1 : last(request) + 1);
    asked.forEach(answer::add);
    return answer.pdu();
  }

  static int last(ReadDeviceId request) {
    return switch (request.category()) {
      case BASIC -> DeviceId.REVISION;
      case REGULAR -> 0x7F;
      case EXTENDED, INDIVIDUAL -> 0xFF;
    };
  }

  /// An answer that fills up until an object does not fit; that one is the next.
  private static final class Answer {
    private final byte[] pdu = new byte[Pdu.LARGEST];
    private int end = HEAD;
    private boolean full;

    Answer(ReadDeviceId request, int conformity) {
      pdu[0] = (byte) request.function().code();
      pdu[1] = MEI_TYPE;
      pdu[2] = (byte) request.category().code();
      pdu[3] = (byte) conformity;
    }

    void add(int object, String value) {
      byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
      if (full) {
        return;
      }
      if (end + 2 + bytes.length > pdu.length) {
        full = true;
        pdu[4] = (byte) MORE;
        pdu[5] = (byte) object;
        return;
      }
      pdu[6]++;
      pdu[end] = (byte) object;
      pdu[end + 1] = (byte) bytes.length;
      System.arraycopy(bytes, 0, pdu, end + 2, bytes.length);
      end += 2 + bytes.length;
    }

    byte[] pdu() {
      return Arrays.copyOf(pdu, end);
    }
  }
}
