package dev.voltbus.contract;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Binary form of a register map: it travels in `LayoutReply`, and its hash is the layout id.
///
/// Both ends of a rolling update must come to the same hash, so what is added later stands in
/// `MapExtras` behind the map, never among its fields.
final class MapFrames {
  private static final int WIRE = 1;
  private static final int DERIVED = 2;

  // The smallest forms: every text empty.
  private static final int GROUP_BYTES = 28;
  private static final int REGISTER_BYTES = 87;

  private MapFrames() {}

  static void write(RegisterMap map, FrameWriter out) {
    out.putString(map.model());
    out.putShort(map.limits().largestBlock());
    out.putShort(map.limits().largestGap());
    out.putShort(map.groups().size());
    map.groups().forEach(group -> write(group, out));
    out.putInt(map.registers().size());
    map.registers().forEach(register -> write(register, out));
    MapExtras.write(map, out);
  }

  static RegisterMap read(FrameReader in) {
    String model = in.getString();
    ReadLimits limits = new ReadLimits(in.getShort(), in.getShort());
    List<PollGroup> groups = list(in.getShortCount(GROUP_BYTES), in, MapFrames::group);
    List<RegisterSpec> registers = list(in.getCount(REGISTER_BYTES), in, MapFrames::register);
    return MapExtras.read(new RegisterMap(model, registers, groups, limits), in);
  }

  private static <T> List<T> list(int count, FrameReader in, Function<FrameReader, T> item) {
    List<T> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.add(item.apply(in));
    }
    return items;
  }

  private static void write(PollGroup group, FrameWriter out) {
    out.putString(group.name());
    out.putLong(group.period().toMillis());
    out.putLong(group.staleAfter().toMillis());
    out.putLong(group.unavailableAfter().toMillis());
  }

  private static PollGroup group(FrameReader in) {
    return new PollGroup(
        in.getString(),
        Duration.ofMillis(in.getLong()),
        Duration.ofMillis(in.getLong()),
        Duration.ofMillis(in.getLong()));
  }

  private static void write(RegisterSpec spec, FrameWriter out) {
    out.putString(spec.key());
    out.putString(spec.topicSuffix());
    write(spec.source(), out);
    out.putString(spec.scaling().scale().toString());
    out.putString(spec.scaling().offset().toString());
    out.putBoolean(spec.scaling().negated());
    write(spec.presentation(), out);
    out.putByte(spec.access().ordinal());
    putBoxed(spec.range().min(), out);
    putBoxed(spec.range().max(), out);
    putBoxed(spec.range().initial(), out);
    out.putLongs(spec.absent().stream().mapToLong(Long::longValue).toArray());
    out.putString(spec.group());
    out.putBoolean(spec.internal());
  }

  private static RegisterSpec register(FrameReader in) {
    return new RegisterSpec(
        in.getString(),
        in.getString(),
        source(in),
        new Scaling(
            new BigDecimal(in.getString()), new BigDecimal(in.getString()), in.getBoolean()),
        presentation(in),
        in.getConstant(Access.values()),
        new RawRange(boxed(in), boxed(in), boxed(in)),
        Arrays.stream(in.getLongs()).boxed().toList(),
        in.getString(),
        in.getBoolean());
  }

  private static void write(ValueSource source, FrameWriter out) {
    switch (source) {
      case WireSource wire -> write(wire, out);
      case Derivation derived -> write(derived, out);
    }
  }

  private static void write(WireSource wire, FrameWriter out) {
    out.putByte(WIRE);
    out.putByte(wire.table().ordinal());
    out.putShort(wire.address());
    out.putShort(wire.words());
    out.putByte(wire.type().ordinal());
    out.putByte(wire.wordOrder().ordinal());
    out.putByte(wire.byteOrder().ordinal());
    out.putByte(wire.slice().shift());
    out.putByte(wire.slice().width());
  }

  private static void write(Derivation derived, FrameWriter out) {
    out.putByte(DERIVED);
    out.putByte(derived.op().ordinal());
    out.putShort(derived.of().size());
    derived.of().forEach(out::putString);
    out.putString(derived.factor().toString());
    out.putShort(derived.codes().size());
    new TreeMap<>(derived.codes())
        .forEach((raw, number) -> {
          out.putLong(raw);
          out.putLong(number);
        });
    out.putLong(derived.otherwise());
    out.putString(derived.otherwiseText());
    putBoxed(derived.address() == null ? null : derived.address().longValue(), out);
  }

  private static ValueSource source(FrameReader in) {
    int kind = in.getByte();
    if (kind == WIRE) {
      return new WireSource(
          in.getConstant(RegisterTable.values()),
          in.getShort(),
          in.getShort(),
          in.getConstant(WireType.values()),
          in.getConstant(WordOrder.values()),
          in.getConstant(ByteOrder.values()),
          new BitSlice(in.getByte(), in.getByte()));
    }
    if (kind == DERIVED) {
      return derivation(in);
    }
    throw new IllegalArgumentException("value source of kind " + kind + " is not known here");
  }

  private static Derivation derivation(FrameReader in) {
    Derivation.Op op = in.getConstant(Derivation.Op.values());
    List<String> of = list(in.getShortCount(Integer.BYTES), in, FrameReader::getString);
    BigDecimal factor = new BigDecimal(in.getString());
    Map<Long, Long> codes = new HashMap<>();
    int count = in.getShortCount(2 * Long.BYTES);
    for (int i = 0; i < count; i++) {
      codes.put(in.getLong(), in.getLong());
    }
    long otherwise = in.getLong();
    String otherwiseText = in.getString();
    @Nullable Long address = boxed(in);
    return new Derivation(
        op,
        of,
        factor,
        codes,
        otherwise,
        otherwiseText,
        address == null ? null : address.intValue());
  }

  private static void write(Presentation shown, FrameWriter out) {
    out.putString(shown.label());
    out.putString(shown.unit());
    out.putByte(shown.precision());
    out.putString(shown.comment());
    out.putInt(shown.texts().size());
    shown
        .texts()
        .forEach((raw, text) -> {
          out.putLong(raw);
          out.putString(text);
        });
    out.putString(shown.dbusPath());
    out.putByte(shown.valueClass().ordinal());
  }

  private static Presentation presentation(FrameReader in) {
    String label = in.getString();
    String unit = in.getString();
    int precision = in.getByte();
    String comment = in.getString();
    Map<Long, String> texts = new HashMap<>();
    int count = in.getCount(Long.BYTES + Integer.BYTES);
    for (int i = 0; i < count; i++) {
      texts.put(in.getLong(), in.getString());
    }
    String dbusPath = in.getString();
    return new Presentation(
        label, unit, precision, comment, texts, dbusPath, in.getConstant(ValueClass.values()));
  }

  private static void putBoxed(@Nullable Long number, FrameWriter out) {
    out.putBoolean(number != null);
    out.putLong(number == null ? 0 : number);
  }

  private static @Nullable Long boxed(FrameReader in) {
    boolean present = in.getBoolean();
    long number = in.getLong();
    return present ? number : null;
  }
}
