package dev.voltbus.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Every type in every order: what is written reads back, and known words give known numbers.
class RegisterTypesTest {
  private static final Path VECTORS = Path.of("src/test/resources/types/vectors.csv");
  private static final int VALUES = 2000;

  private final Random random = Seeds.random("register types");

  private static RegisterCodec codec(WireSource wire) {
    return RegisterCodec.of(RegisterSpec.of("k", wire));
  }

  private static RegisterCodec codec(WireType type) {
    return codec(WireSource.holding(0, type));
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"STRING", "BYTES"})
  void whatIsWrittenReadsBackInEveryTypeAndOrder(WireType type) {
    WireSource plain = WireSource.holding(3, type);
    for (WireOrder order : WireOrder.all(plain.words())) {
      RegisterCodec codec = codec(plain.withOrder(order));
      String letters = order.letters(plain.words());
      for (int i = 0; i < VALUES; i++) {
        short[] words = new short[plain.words()];
        for (int at = 0; at < words.length; at++) {
          words[at] = (short) random.nextInt();
        }
        long raw = codec.raw(words, 0);
        if (codec.check(raw) == QualityReason.NONE && isExact(type, raw)) {
          short[] written = codec.encode(codec.value(raw));
          assertEquals(raw, codec.raw(written, 0), () -> type + " " + letters + " raw " + raw);
        }
      }
    }
  }

  /// Beyond 2^53 a double cannot tell two integers apart.
  private static boolean isExact(WireType type, long raw) {
    boolean minusZero = type.isFloat() && RealNumber.of(type, raw) == 0 && raw != 0;
    long most = 1L << 53;
    return type.isFloat() ? !minusZero : raw < most && raw >= (type.isSigned() ? -most : 0);
  }

  /// The vectors were made by vectors.py, with Python's own packing of numbers.
  @Test
  void wordsPackedByAnotherProgramGiveTheNumbersItPacked() throws IOException {
    Set<WireType> seen = EnumSet.noneOf(WireType.class);
    List<String> lines = Files.readAllLines(VECTORS);
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",", -1);
      WireType type = WireType.valueOf(cells[0].toUpperCase(java.util.Locale.ROOT));
      WireSource wire =
          WireSource.holding(0, type).withOrder(WireOrder.ofLetters(cells[1]).orElseThrow());
      RegisterCodec codec = codec(wire);
      short[] words = words(cells[2]);
      assertEquals(Double.parseDouble(cells[3]), codec.value(codec.raw(words, 0)), 0.0, line);
      assertEquals(QualityReason.NONE, codec.check(codec.raw(words, 0)), line);
      assertArrayEquals(words, codec.encode(Double.parseDouble(cells[3])), line);
      seen.add(type);
    }
    assertEquals(
        EnumSet.complementOf(EnumSet.of(WireType.STRING, WireType.BYTES, WireType.BOOL)), seen);
  }

  private static short[] words(String hex) {
    List<String> parts = new ArrayList<>(List.of(hex.split(" ", -1)));
    short[] words = new short[parts.size()];
    for (int i = 0; i < words.length; i++) {
      words[i] = (short) Integer.parseInt(parts.get(i), 16);
    }
    return words;
  }

  /// Taken for a number, a digit above 9 would carry into the next one.
  @ParameterizedTest
  @CsvSource({"BCD8, 000A", "BCD16, A000", "BCD16, 00F0", "BCD24, 00A0 0000", "BCD32, 1234 567B"})
  void aDigitThatIsNoneMakesDecimalDigitsNoNumber(WireType type, String words) {
    RegisterCodec codec = codec(type);
    assertEquals(QualityReason.NOT_A_NUMBER, codec.check(codec.raw(words(words), 0)));
  }

  @Test
  void decimalDigitsBeyondTheTypeAreLeftOutOrRefused() {
    assertEquals(42, codec(WireType.BCD8).value(codec(WireType.BCD8).raw(words("9942"), 0)));
    assertEquals(
        123456, codec(WireType.BCD24).value(codec(WireType.BCD24).raw(words("7712 3456"), 0)));
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> codec(WireType.BCD16).encode(10000));
    assertEquals("register k: 10000.0 is raw 10000, outside 0..9999", refusal.getMessage());
    assertThrows(IllegalArgumentException.class, () -> codec(WireType.BCD8).encode(-1));
  }

  /// The documents of devices give it as the word: FFFF, 9999.
  @Test
  void theSentinelOfDecimalDigitsIsWrittenAsItsBits() {
    for (long sentinel : new long[] {0xFFFF, 0x9999}) {
      RegisterCodec codec =
          RegisterCodec.of(
              RegisterSpec.of("k", WireSource.holding(0, WireType.BCD16)).withAbsent(sentinel));
      long raw = codec.raw(new short[] {(short) sentinel}, 0);
      assertEquals(QualityReason.SENSOR_ABSENT, codec.check(raw));
      assertEquals(QualityReason.NONE, codec.check(codec.raw(words("1234"), 0)));
    }
  }

  /// SunSpec says 7FC00000; devices send other ones.
  @ParameterizedTest
  @CsvSource({
    "F16, 0x7E00, 7E01",
    "F32, 0x7FC00000, FFC0 0001",
    "F64, 0x7FF8000000000000, 7FF8 0000 0000 0007"
  })
  void anyNanIsTheSentinelThatIsANan(WireType type, String sentinel, String words) {
    RegisterSpec plain = RegisterSpec.of("k", WireSource.holding(0, type));
    RegisterCodec codec = RegisterCodec.of(plain.withAbsent(Long.decode(sentinel)));
    long raw = codec.raw(words(words), 0);
    assertEquals(QualityReason.SENSOR_ABSENT, codec.check(raw));
    assertEquals(QualityReason.NOT_A_NUMBER, RegisterCodec.of(plain).check(raw));
  }

  @Test
  void theHighByteOfTwentyFourBitsIsLeftOutAndTheSignKept() {
    RegisterCodec unsigned = codec(WireType.U24);
    RegisterCodec signed = codec(WireType.S24);
    assertEquals(0xFFFFFE, unsigned.raw(words("AAFF FFFE"), 0));
    assertEquals(-2, signed.raw(words("00FF FFFE"), 0));
    assertArrayEquals(words("FFFF FFFE"), signed.encode(-2));
    assertArrayEquals(words("00FF FFFE"), unsigned.encode(0xFFFFFE));
  }

  /// A flag word of 64 bits has bits that no double holds.
  @Test
  void bitsOfSeveralWordsAreNamedByTheirNumber() {
    RegisterSpec spec =
        RegisterSpec.of("k", WireSource.holding(0, WireType.BITS).withWords(4))
            .withPresentation(
                Presentation.NONE.withTexts(Map.of(0L, "first", 33L, "middle", 63L, "last")));
    RegisterCodec codec = RegisterCodec.of(spec);
    short[] words = words("8000 0002 0000 0001");
    assertEquals("first, middle, last", codec.text(words, 0, codec.raw(words, 0)));
  }

  @Test
  void aSliceMayCrossWords() {
    WireSource wire = WireSource.holding(0, WireType.S64).withSlice(new BitSlice(12, 24));
    assertEquals(0x234567, codec(wire).raw(words("0000 0012 3456 7000"), 0));
    assertEquals(-1, codec(wire).raw(words("0000 000F FFFF F000"), 0));
    WireSource swapped =
        wire.withOrder(new WireOrder(WordOrder.LOW_PAIR_HIGH_WORD, ByteOrder.LOW_FIRST));
    assertEquals(0x234567, codec(swapped).raw(words("5634 0070 0000 1200"), 0));
  }
}
