package dev.voltbus.acquisition;

import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.Writing;
import java.util.List;
import java.util.stream.Collectors;

/// The Modbus functions that can carry a write.
enum WriteWay {
  COIL(5),
  COILS(15),
  SINGLE(6),
  MULTIPLE(16),
  MASK(22);

  private static final int ILLEGAL_FUNCTION = 1;
  private static final int ILLEGAL_VALUE = 3;

  private final int code;

  WriteWay(int code) {
    this.code = code;
  }

  /// The ways to try for a register, in order: only the first, unless the device file leaves the
  /// choice open.
  static List<WriteWay> of(WireSource wire, Writing.Function function) {
    if (wire.table().isBits()) {
      return switch (function) {
        case AUTO, MASK -> List.of(COIL, COILS);
        case SINGLE -> List.of(COIL);
        case MULTIPLE -> List.of(COILS);
      };
    }
    boolean one = wire.words() == 1;
    return switch (function) {
      case SINGLE -> List.of(SINGLE);
      case MULTIPLE -> List.of(MULTIPLE);
      case MASK -> List.of(MASK);
      case AUTO -> !one ? List.of(MULTIPLE) : automatic(!wire.slice().isWhole());
    };
  }

  private static List<WriteWay> automatic(boolean shared) {
    return shared ? List.of(MASK, SINGLE, MULTIPLE) : List.of(SINGLE, MULTIPLE);
  }

  /// Whether another function may do what was refused with this exception: the device does not know
  /// this one, or takes some registers by one of them only. It has then changed nothing.
  boolean leavesRoom(int exceptionCode) {
    return exceptionCode == ILLEGAL_FUNCTION || (exceptionCode == ILLEGAL_VALUE && this != MASK);
  }

  static String describe(List<WriteWay> ways, boolean shared) {
    return "function "
        + ways.stream()
            .map(way -> way.code + (shared && way != MASK ? " after reading" : ""))
            .collect(Collectors.joining(", else "));
  }
}
