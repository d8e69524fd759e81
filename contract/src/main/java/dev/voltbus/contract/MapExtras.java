package dev.voltbus.contract;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What was added to the binary form of a register map after its first release: sections behind the
/// map, each begun by its number, in rising order, and only those that say something. So a map
/// without them keeps its layout id.
///
/// A reader stops at a section it does not know. Its map then has another layout id than the
/// sender's, and it says that it cannot read the device's snapshots.
final class MapExtras {
  private static final int SCALE_REGISTERS = 1;
  private static final int GUARDS = 2;
  private static final int SEGMENTS = 3;

  // The smallest forms: every text empty.
  private static final int SCALE_REGISTER_BYTES = 8;
  private static final int GUARD_BYTES = 28;
  private static final int SEGMENT_BYTES = 9;

  private MapExtras() {}

  static void write(RegisterMap map, FrameWriter out) {
    List<RegisterSpec> registers = map.registers();
    write(
        SCALE_REGISTERS,
        indexes(registers, spec -> spec.scaling().scaleRegister() != null),
        out,
        at -> scaleRegister(at, registers.get(at), out));
    write(
        GUARDS,
        indexes(registers, spec -> !spec.guard().equals(Guard.NONE)),
        out,
        at -> guard(at, registers.get(at).guard(), out));
    write(
        SEGMENTS,
        IntStream.range(0, map.segments().size()).toArray(),
        out,
        at -> segment(map.segments().get(at), out));
  }

  private static int[] indexes(
      List<RegisterSpec> registers, java.util.function.Predicate<RegisterSpec> which) {
    return IntStream.range(0, registers.size())
        .filter(at -> which.test(registers.get(at)))
        .toArray();
  }

  private static void write(
      int section, int[] items, FrameWriter out, java.util.function.IntConsumer item) {
    if (items.length > 0) {
      out.putByte(section);
      out.putInt(items.length);
      IntStream.of(items).forEach(item);
    }
  }

  private static void scaleRegister(int at, RegisterSpec spec, FrameWriter out) {
    out.putInt(at);
    out.putString(String.valueOf(spec.scaling().scaleRegister()));
  }

  private static void guard(int at, Guard guard, FrameWriter out) {
    out.putInt(at);
    putNumber(guard.min(), out);
    putNumber(guard.max(), out);
    putNumber(guard.maxRate(), out);
    out.putBoolean(guard.counter());
    out.putShort(guard.confirm());
    out.putBoolean(guard.keepLast());
    out.putLong(guard.movesWithin() == null ? 0 : guard.movesWithin().toMillis());
  }

  private static void segment(AddressSegment segment, FrameWriter out) {
    out.putShort(segment.modelId());
    out.putShort(segment.occurrence());
    out.putByte(segment.table().ordinal());
    out.putShort(segment.nominalAddress());
    out.putShort(segment.length());
  }

  /// The map with what stands behind it.
  static RegisterMap read(RegisterMap plain, FrameReader in) {
    List<RegisterSpec> registers = new ArrayList<>(plain.registers());
    List<AddressSegment> segments = new ArrayList<>();
    boolean known = true;
    while (known) {
      switch (in.getByte()) {
        case SCALE_REGISTERS ->
            times(in.getCount(SCALE_REGISTER_BYTES), () -> readScaleRegister(in, registers));
        case GUARDS -> times(in.getCount(GUARD_BYTES), () -> readGuard(in, registers));
        case SEGMENTS -> times(in.getCount(SEGMENT_BYTES), () -> segments.add(readSegment(in)));
        default -> known = false;
      }
    }
    return new RegisterMap(plain.model(), registers, plain.groups(), plain.limits())
        .withSegments(segments);
  }

  private static void times(int count, Runnable item) {
    for (int i = 0; i < count; i++) {
      item.run();
    }
  }

  private static void readScaleRegister(FrameReader in, List<RegisterSpec> registers) {
    int at = in.getInt();
    RegisterSpec spec = registers.get(at);
    registers.set(at, spec.withScaling(spec.scaling().withScaleRegister(in.getString())));
  }

  private static void readGuard(FrameReader in, List<RegisterSpec> registers) {
    int at = in.getInt();
    Guard guard =
        new Guard(
            number(in),
            number(in),
            number(in),
            in.getBoolean(),
            in.getShort(),
            in.getBoolean(),
            time(in));
    registers.set(at, registers.get(at).withGuard(guard));
  }

  private static @Nullable Duration time(FrameReader in) {
    long millis = in.getLong();
    return millis == 0 ? null : Duration.ofMillis(millis);
  }

  private static AddressSegment readSegment(FrameReader in) {
    return new AddressSegment(
        in.getShort(),
        in.getShort(),
        in.getConstant(RegisterTable.values()),
        in.getShort(),
        in.getShort());
  }

  private static void putNumber(@Nullable BigDecimal number, FrameWriter out) {
    out.putString(number == null ? "" : number.toString());
  }

  private static @Nullable BigDecimal number(FrameReader in) {
    String text = in.getString();
    return text.isEmpty() ? null : new BigDecimal(text);
  }
}
