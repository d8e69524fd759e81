package dev.voltbus.deploy;

import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.RawRange;
import dev.voltbus.contract.RegisterCodec;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.WireSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How well a device file fits what answers: a few of its registers are read and looked at.
///
/// @param model name of the device file
/// @param samples registers tried
/// @param answered how many of them the device has
/// @param plausible how many hold something the device file allows, other than zero
record DeviceFit(String model, int samples, int answered, int plausible) {
  private static final int SAMPLES = 6;
  private static final double SMALLEST = 1e-6;
  private static final double LARGEST = 1e9;

  /// Reads the words of a register, or nothing where the device does not have it.
  interface Reader {
    Optional<int[]> read(RegisterPlace place, int count);
  }

  /// Tries a device type; stops at the second register that is not there.
  static DeviceFit of(DeviceType type, Reader reader) {
    List<RegisterCodec> samples = samples(type.map().registers());
    int answered = 0;
    int plausible = 0;
    for (int i = 0; i < samples.size() && i - answered < 2; i++) {
      RegisterCodec codec = samples.get(i);
      WireSource wire = codec.wire();
      RegisterPlace place = new RegisterPlace(wire.table(), wire.address(), "");
      Optional<int[]> words = reader.read(place, wire.words());
      answered += words.isPresent() ? 1 : 0;
      plausible += words.filter(found -> isPlausible(codec, found)).isPresent() ? 1 : 0;
    }
    return new DeviceFit(type.map().model(), samples.size(), answered, plausible);
  }

  /// The registers that tell most, spread over the map.
  private static List<RegisterCodec> samples(List<RegisterSpec> registers) {
    List<RegisterCodec> all = new ArrayList<>();
    for (RegisterSpec register : registers) {
      if (register.source() instanceof WireSource) {
        all.add(RegisterCodec.of(register));
      }
    }
    List<RegisterCodec> telling =
        all.stream().sorted(Comparator.comparingInt(DeviceFit::weight).reversed()).toList();
    List<RegisterCodec> samples =
        new ArrayList<>(telling.subList(0, Math.min(SAMPLES / 2, telling.size())));
    for (int i = 0; i < all.size() && samples.size() < SAMPLES; i++) {
      RegisterCodec spread = all.get(i * all.size() / SAMPLES % all.size());
      if (!samples.contains(spread)) {
        samples.add(spread);
      }
    }
    return samples;
  }

  private static int weight(RegisterCodec codec) {
    if (codec.wire().type().isText()) {
      return 3;
    }
    if (codec.wire().type().isFloat() || !codec.spec().presentation().texts().isEmpty()) {
      return 2;
    }
    return codec.spec().range().equals(RawRange.UNSTATED) ? 0 : 1;
  }

  static boolean isPlausible(RegisterCodec codec, int[] words) {
    short[] block = new short[words.length];
    boolean isZero = true;
    for (int i = 0; i < words.length; i++) {
      block[i] = (short) words[i];
      isZero &= words[i] == 0;
    }
    long raw = codec.raw(block, 0);
    if (isZero || codec.check(raw) != QualityReason.NONE) {
      return false;
    }
    return codec.wire().type().isText()
        ? isText(codec.text(block, 0, raw))
        : isNumber(codec, raw) && isInRange(codec.spec().range(), raw);
  }

  private static boolean isText(@Nullable String text) {
    return text != null && text.length() >= 2 && text.indexOf('?') < 0;
  }

  private static boolean isNumber(RegisterCodec codec, long raw) {
    if (codec.wire().type().isFloat()) {
      double size = Math.abs(codec.value(raw));
      return size >= SMALLEST && size <= LARGEST;
    }
    var texts = codec.spec().presentation().texts();
    return texts.isEmpty()
        || texts.containsKey(raw)
        || codec.wire().type() == dev.voltbus.contract.WireType.BITS;
  }

  private static boolean isInRange(RawRange range, long raw) {
    @Nullable Long min = range.min();
    @Nullable Long max = range.max();
    return (min == null || raw >= min) && (max == null || raw <= max);
  }

  /// Nearly all registers are there and most of them hold something sensible.
  boolean fits() {
    return samples > 0 && answered >= samples - 1 && plausible * 2 > samples;
  }

  @Override
  public String toString() {
    return "%s (%d of %d sample registers are there, %d plausible)"
        .formatted(model, answered, samples, plausible);
  }
}
