package dev.voltbus.simulator;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// Words to show in a row, and what a client must make of them.
///
/// @param words raw words
/// @param expected values in the unit of the row
record PinnedNumbers(List<Integer> words, List<String> expected) {
  PinnedNumbers {
    words = List.copyOf(words);
    expected = List.copyOf(expected);
  }

  /// Least, greatest, -1, 0, the sentinel and a random number, as far as the type has them.
  static List<PinnedNumbers> of(RegisterFacts row) {
    Random random = new Random(row.address());
    return switch (row.type()) {
      case "u16" -> numbers(row, RawWords::u16, 0, 0xFFFF, 0x8000, random.nextInt(0x10000));
      case "s16" ->
          numbers(row, RawWords::s16, -32768, 32767, -1, 0, random.nextInt(-32768, 32768));
      case "u32" ->
          numbers(
              row,
              raw -> RawWords.u32LowFirst(raw.longValue()),
              0,
              0xFFFFFFFFL,
              0x80000000L,
              random.nextLong(1L << 32));
      case "f32" -> floats(random.nextFloat(-1000, 1000));
      case "u64" -> unsigned(0, -1, Long.MIN_VALUE, Long.MAX_VALUE, random.nextLong());
      case "s8 pair" -> pairs(random, -128, 127);
      case "u8 pair" -> pairs(random, 0, 255);
      case "ascii" -> texts(row, random);
      case "bytes" -> bytes(row, random);
      case "u24+u8 x 49" -> events(random);
      default -> throw new IllegalArgumentException("type " + row.type());
    };
  }

  static BigDecimal scaled(RegisterFacts row, long raw) {
    String scale = row.text("scale");
    return BigDecimal.valueOf(raw).multiply(new BigDecimal(scale.isEmpty() ? "1" : scale));
  }

  /// The same number in each of a row's elements.
  private static List<PinnedNumbers> numbers(
      RegisterFacts row, Function<Double, int[]> encode, long... raw) {
    return LongStream.of(raw)
        .mapToObj(number -> {
          List<Integer> element = list(encode.apply((double) number));
          int elements = row.words() / element.size();
          return new PinnedNumbers(
              repeated(element, elements),
              repeated(List.of(scaled(row, number).toPlainString()), elements));
        })
        .toList();
  }

  private static List<PinnedNumbers> floats(float any) {
    return Stream.of(0f, -1f, Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE, Float.NaN, any)
        .map(number ->
            new PinnedNumbers(
                list(RawWords.f32LowFirst(number)),
                List.of(number.isNaN() ? "NaN" : new BigDecimal(number).toPlainString())))
        .toList();
  }

  private static List<PinnedNumbers> unsigned(long... numbers) {
    return LongStream.of(numbers)
        .mapToObj(number ->
            new PinnedNumbers(
                list(RawWords.u64HighFirst(number)), List.of(Long.toUnsignedString(number))))
        .toList();
  }

  /// Pairs count the low byte first.
  private static List<PinnedNumbers> pairs(Random random, int least, int most) {
    int[][] pairs = {
      {least, most},
      {most, least},
      {0, most},
      {random.nextInt(least, most + 1), random.nextInt(least, most + 1)}
    };
    return Arrays.stream(pairs)
        .map(pair ->
            new PinnedNumbers(
                list(RawWords.bytes(pair[1], pair[0])), List.of("" + pair[0], "" + pair[1])))
        .toList();
  }

  private static List<PinnedNumbers> texts(RegisterFacts row, Random random) {
    String any =
        random
            .ints(2L * row.words() - 1, ' ', 0x7F)
            .mapToObj(Character::toString)
            .collect(Collectors.joining());
    return Stream.of("", "~".repeat(2 * row.words()), any)
        .map(text -> new PinnedNumbers(list(RawWords.text(text, row.words())), List.of(text)))
        .toList();
  }

  private static List<PinnedNumbers> bytes(RegisterFacts row, Random random) {
    byte[] any = new byte[2 * row.words()];
    random.nextBytes(any);
    byte[] ones = new byte[any.length];
    Arrays.fill(ones, (byte) 0xFF);
    return Stream.of(new byte[any.length], ones, any)
        .map(bytes ->
            new PinnedNumbers(
                IntStream.range(0, row.words())
                    .mapToObj(i -> RawWords.bytes(bytes[2 * i], bytes[2 * i + 1])[0])
                    .toList(),
                List.of(HexFormat.of().formatHex(bytes))))
        .toList();
  }

  private static List<PinnedNumbers> events(Random random) {
    return List.of(
        events(i -> 0, i -> 0),
        events(i -> 0xFFFFFF, i -> 0xFF),
        events(i -> random.nextInt(0x1000000), i -> random.nextInt(0x100)));
  }

  private static PinnedNumbers events(
      Function<Integer, Integer> seconds, Function<Integer, Integer> id) {
    List<Integer> words = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 49; i++) {
      int at = seconds.apply(i);
      int what = id.apply(i);
      words.add(at & 0xFFFF);
      words.add(what << 8 | at >>> 16);
      expected.add(what + "@" + at);
    }
    return new PinnedNumbers(words, expected);
  }

  private static List<Integer> list(int[] words) {
    return Arrays.stream(words).boxed().toList();
  }

  private static <T> List<T> repeated(List<T> element, int times) {
    return IntStream.range(0, times).boxed().flatMap(i -> element.stream()).toList();
  }
}
