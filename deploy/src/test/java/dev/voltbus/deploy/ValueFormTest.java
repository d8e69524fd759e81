package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.ByteOrder;
import dev.voltbus.contract.RegisterCodec;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import dev.voltbus.contract.WordOrder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValueFormTest {

  // IEEE 754: 52.8 is 42533333 and 404a666666666666, 1.5 is 3e00 in half precision.
  @ParameterizedTest
  @CsvSource({
    "f32, abcd, 4253 3333, 52.8",
    "f32, cdab, 3333 4253, 52.8",
    "f32, badc, 5342 3333, 52.8",
    "f32, dcba, 3333 5342, 52.8",
    "f64, abcdefgh, 404a 6666 6666 6666, 52.8",
    "f64, ghefcdab, 6666 6666 6666 404a, 52.8",
    "f64, hgfedcba, 6666 6666 6666 4a40, 52.8",
    "f64, cdabghef, 6666 404a 6666 6666, 52.8",
    "f64, efghabcd, 6666 6666 404a 6666, 52.8",
    "f64, badcfehg, 4a40 6666 6666 6666, 52.8",
    "f64, dcbahgfe, 6666 4a40 6666 6666, 52.8",
    "f64, fehgbadc, 6666 6666 4a40 6666, 52.8",
    "u64, cdabghef, 0203 0001 0607 0405, 283686952306183",
    "u64, fehgbadc, 0504 0706 0100 0302, 283686952306183",
    "f16, ab, 3e00, 1.5",
    "f16, ba, 003e, 1.5",
    "u16, ab, 0210, 528",
    "u16, ba, 1002, 528",
    "s16, ab, ff38, -200",
    "bcd16, ab, 0528, 528",
    "bcd32, cdab, 5678 1234, 12345678",
    "u32, abcd, 0001 0000, 65536",
    "u32, cdab, 0000 0001, 65536",
    "s32, abcd, ffff ff38, -200",
    "u24, abcd, 0a12 3456, 1193046",
    "s24, abcd, 0aff ff38, -200",
    "u64, abcdefgh, ffff ffff ffff ffff, 18446744073709551615",
    "s64, abcdefgh, ffff ffff ffff ffff, -1"
  })
  void eachTypeReadsItsBytesInTheOrderNamed(
      String type, String order, String words, String number) {
    int[] block = WordsText.parse(List.of(words), false);
    assertEquals(
        number, ValueForm.of(type, order).number(block, 0).map(ValueForm::text).orElseThrow());
  }

  @Test
  void wordsThatAreNoNumberInAFormGiveNone() {
    assertTrue(ValueForm.of("f32", "").number(new int[] {0x7FC0, 0}, 0).isEmpty());
    assertTrue(ValueForm.of("bcd16", "").number(new int[] {0x05A8}, 0).isEmpty());
  }

  @Test
  void shortOrderServesEveryLength() {
    assertEquals("ghefcdab", ValueForm.of("f64", "CDAB").order());
    assertEquals("hgfedcba", ValueForm.of("u64", "dcba").order());
    assertEquals("ab", ValueForm.of("u16", "cdab").order());
    assertEquals("ba", ValueForm.of("u16", "dcba").order());
  }

  @Test
  void unknownTypeOrOrderIsRefusedWithTheValidOnes() {
    String type = assertThrows(UsageException.class, () -> ValueForm.of("i16", "")).getMessage();
    assertTrue(type.startsWith("--type `i16` is not one of u16, s16, f16"), type);
    assertEquals(
        "--order `acbd` is not one of abcd, cdab, badc, dcba for type f32",
        assertThrows(UsageException.class, () -> ValueForm.of("f32", "acbd")).getMessage());
  }

  // What the wizard finds must be what the gateway will read: two separate pieces of arithmetic.
  @Test
  void agreesWithTheCodecOfTheGateway() {
    Random random = new Random(312);
    for (int round = 0; round < 2000; round++) {
      int[] words = random.ints(4, 0, 0x10000).toArray();
      for (WireType type :
          List.of(WireType.U16, WireType.S16, WireType.U32, WireType.S32, WireType.F32)) {
        for (WordOrder wordOrder : List.of(WordOrder.HIGH_FIRST, WordOrder.LOW_FIRST)) {
          for (ByteOrder byteOrder : ByteOrder.values()) {
            compare(words, type, wordOrder, byteOrder);
          }
        }
      }
    }
  }

  private static void compare(
      int[] words, WireType type, WordOrder wordOrder, ByteOrder byteOrder) {
    WireSource wire = WireSource.holding(0, type).withWordOrder(wordOrder).withByteOrder(byteOrder);
    RegisterCodec codec = RegisterCodec.of(RegisterSpec.of("x", wire));
    String order =
        (wordOrder == WordOrder.HIGH_FIRST ? "abcd" : "cdab")
            .transform(high -> byteOrder == ByteOrder.HIGH_FIRST ? high : swapped(high));
    short[] block = {(short) words[0], (short) words[1], (short) words[2], (short) words[3]};
    double value = codec.value(codec.raw(block, 0));
    if (Double.isFinite(value)) {
      assertEquals(
          value,
          ValueForm.of(type.word(), order).number(words, 0).orElseThrow().doubleValue(),
          () -> type + " " + order + " " + WordsText.hex(words));
    }
  }

  private static String swapped(String order) {
    return order.equals("abcd") ? "badc" : "dcba";
  }
}
