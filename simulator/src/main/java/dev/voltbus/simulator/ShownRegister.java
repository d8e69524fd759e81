package dev.voltbus.simulator;

import dev.voltbus.contract.BitSlice;
import dev.voltbus.contract.RegisterCodec;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.ScaleFactor;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/// One register of a profile: its signal, turned into words by the codec of the contract. Bounds of
/// the device file hold for what is written, not for what the device itself shows.
final class ShownRegister {
  private static final long LARGEST_EXACT = 1L << 53;

  private final RegisterSpec spec;
  private final WireSource wire;
  private final @Nullable Signal signal;
  private final RegisterCodec codec;
  private final IntSupplier exponent;
  private final IntSupplier shift;
  private int[] last;
  private long reads;

  /// @param signal null for what a register shows of which the profile says nothing: its initial
  ///   number, else its "no sensor", else 0
  /// @param exponent power of ten its scale factor register shows now; 0 where it has none
  /// @param shift added to what it shows, for a scale factor register that changes
  /// @throws IllegalArgumentException naming the key and the value, if the register cannot hold the
  ///   signal
  ShownRegister(
      RegisterSpec spec, @Nullable Signal signal, IntSupplier exponent, IntSupplier shift) {
    this.spec = spec;
    this.exponent = exponent;
    this.shift = shift;
    this.wire = (WireSource) spec.source();
    this.signal = signal;
    this.codec = plain(wire.withSlice(BitSlice.WHOLE), spec);
    this.last = new int[wire.words()];
    if (signal != null) {
      checkKind(signal);
      signal.samples().forEach(this::encoded);
    }
    this.last = words(0);
    this.reads = 0;
  }

  /// A register by itself, without scale factor.
  ShownRegister(RegisterSpec spec, @Nullable Signal signal) {
    this(spec, signal, () -> 0, () -> 0);
  }

  private static RegisterCodec plain(WireSource wire, RegisterSpec spec) {
    return RegisterCodec.of(RegisterSpec.of(spec.key(), wire).withScaling(spec.scaling()));
  }

  private void checkKind(Signal given) {
    if (wire.type().isText() != (given instanceof Signal.Text)) {
      throw new IllegalArgumentException(
          "register "
              + spec.key()
              + " of type "
              + wire.type().word()
              + (wire.type().isText() ? " holds a text, no number" : " holds a number, no text"));
    }
  }

  RegisterSpec spec() {
    return spec;
  }

  WireSource wire() {
    return wire;
  }

  /// The power of ten that a scale factor register shows.
  int power(double seconds) {
    if (signal == null || signal instanceof Signal.Text) {
      return 0;
    }
    long shown = Math.round(signal.at(seconds, reads)) + shift.getAsInt();
    return Math.clamp(shown, ScaleFactor.LEAST, ScaleFactor.MOST);
  }

  void restart() {
    reads = 0;
  }

  /// Whether words may be written, by the bounds of the device file.
  boolean allows(int[] words) {
    if (wire.type().isText() || wire.type().isFloat()) {
      return true;
    }
    short[] block = new short[words.length];
    for (int i = 0; i < words.length; i++) {
      block[i] = (short) words[i];
    }
    long raw = RegisterCodec.of(spec).raw(block, 0);
    @Nullable Long min = spec.range().min();
    @Nullable Long max = spec.range().max();
    return (min == null || raw >= min) && (max == null || raw <= max);
  }

  /// The words now; those of before, where the signal has left what the register can hold.
  int[] words(double seconds) {
    last =
        switch (signal) {
          case null -> initial();
          case Signal.Text(String text) -> characters(text);
          default -> followed(signal.at(seconds, reads) + shift.getAsInt());
        };
    reads++;
    return last.clone();
  }

  private int[] followed(double value) {
    try {
      return encoded(value);
    } catch (IllegalArgumentException beyond) {
      return last;
    }
  }

  private int[] encoded(double value) {
    int[] words = unsigned(codec.encode(value, exponent.getAsInt()));
    return wire.slice().isWhole() ? words : placed(sliced(value, pattern(value)));
  }

  private int[] initial() {
    @Nullable Long usual = spec.range().initial();
    long absent = spec.absent().isEmpty() ? 0 : spec.absent().getFirst();
    long raw = usual == null ? absent : usual;
    boolean odd = wire.words() == 3 || wire.words() > 4;
    boolean plain = raw == 0 || odd || Math.abs(raw) > LARGEST_EXACT;
    if (plain || wire.type().isText() || wire.table().isBits()) {
      return new int[wire.words()];
    }
    return placed((raw & mask(16 * wire.words())) << wire.slice().shift());
  }

  /// The number's bits as if the register had its words for itself, high word first.
  private long pattern(double value) {
    WireSource highFirst = WireSource.holding(wire.address(), wire.type()).withWords(wire.words());
    long pattern = 0;
    for (int word : unsigned(plain(highFirst, spec).encode(value, exponent.getAsInt()))) {
      pattern = pattern << 16 | word;
    }
    return pattern;
  }

  private long sliced(double value, long pattern) {
    long mask = mask(wire.slice().width());
    long part = pattern & mask;
    long whole = mask(16 * wire.words());
    boolean negative = wire.type().isSigned() && (part & ~(mask >>> 1)) != 0;
    if ((negative ? part | (whole & ~mask) : part) != pattern) {
      throw new IllegalArgumentException(
          "register "
              + spec.key()
              + ": "
              + value
              + " does not fit "
              + wire.slice().width()
              + " bits");
    }
    return part << wire.slice().shift();
  }

  private static long mask(int bits) {
    return bits >= 64 ? -1L : (1L << bits) - 1;
  }

  /// Bits in whole words, in the register's own order.
  private int[] placed(long pattern) {
    WireType whole =
        switch (wire.words()) {
          case 1 -> WireType.U16;
          case 2 -> WireType.U32;
          default -> WireType.S64;
        };
    WireSource place =
        new WireSource(
            wire.table(),
            wire.address(),
            wire.words(),
            whole,
            wire.wordOrder(),
            wire.byteOrder(),
            BitSlice.WHOLE);
    return unsigned(RegisterCodec.of(RegisterSpec.of(spec.key(), place)).encode((double) pattern));
  }

  /// Texts by the codec, raw bytes as they stand in wire order.
  private int[] characters(String text) {
    if (wire.type() == WireType.STRING) {
      return unsigned(codec.encodeText(text));
    }
    byte[] bytes = hex(text);
    if (bytes.length > 2 * wire.words()) {
      throw new IllegalArgumentException(
          "register "
              + spec.key()
              + ": "
              + bytes.length
              + " bytes do not fit "
              + 2 * wire.words()
              + " bytes");
    }
    return RawWords.text(new String(bytes, StandardCharsets.ISO_8859_1), wire.words());
  }

  private byte[] hex(String text) {
    try {
      return HexFormat.of().parseHex(text.replace(" ", ""));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "register " + spec.key() + ": `" + text + "` is not hexadecimal such as 0A 1B", e);
    }
  }

  private static int[] unsigned(short[] words) {
    int[] out = new int[words.length];
    for (int i = 0; i < words.length; i++) {
      out[i] = words[i] & 0xFFFF;
    }
    return out;
  }
}
