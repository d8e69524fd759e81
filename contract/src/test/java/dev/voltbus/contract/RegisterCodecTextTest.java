package dev.voltbus.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;

class RegisterCodecTextTest {
  private static final WireSource THREE_WORDS =
      WireSource.holding(500, WireType.STRING).withWords(3);

  private static String text(WireSource wire, int... words) {
    RegisterCodec codec = RegisterCodec.of(RegisterSpec.of("k", wire));
    return codec.text(shorts(words), 0, codec.raw(shorts(words), 0));
  }

  private static short[] shorts(int... words) {
    short[] out = new short[words.length];
    for (int i = 0; i < words.length; i++) {
      out[i] = (short) words[i];
    }
    return out;
  }

  @Test
  void aTextIsReadHighByteFirst() {
    assertEquals("ENEPAQ", text(THREE_WORDS, 0x454E, 0x4550, 0x4151));
  }

  /// Contract tinybms section 2: zero bytes are skipped wherever they stand.
  @Test
  void zeroBytesVanishAndBlanksAtTheEndToo() {
    assertEquals("ABC", text(THREE_WORDS, 0x4100, 0x0042, 0x4300));
    assertEquals(" A B", text(THREE_WORDS, 0x2041, 0x2042, 0x2020));
    assertEquals("", text(THREE_WORDS, 0, 0, 0));
  }

  /// A broken text must not bring control characters into a log or a topic.
  @Test
  void whatIsNotPrintableAsciiBecomesAQuestionMark() {
    assertEquals("A??B?", text(THREE_WORDS, 0x4107, 0xE942, 0x7F00));
  }

  @Test
  void theOrderOfBytesAndWordsAppliesToTextsToo() {
    WireSource lowByteFirst = THREE_WORDS.withByteOrder(ByteOrder.LOW_FIRST);
    assertEquals("ENEPAQ", text(lowByteFirst, 0x4E45, 0x5045, 0x5141));
    WireSource lowWordFirst = THREE_WORDS.withWordOrder(WordOrder.LOW_FIRST);
    assertEquals("ENEPAQ", text(lowWordFirst, 0x4151, 0x4550, 0x454E));
  }

  @Test
  void bytesAreShownAsHex() {
    assertEquals(
        "00ff10a5", text(WireSource.holding(0, WireType.BYTES).withWords(2), 0x00FF, 0x10A5));
  }

  @Test
  void aTextThatIsWrittenReadsBackAsItself() {
    for (WireOrder order : WireOrder.all(3)) {
      RegisterCodec codec = RegisterCodec.of(RegisterSpec.of("k", THREE_WORDS.withOrder(order)));
      for (String text : new String[] {"", "A", "AB", "ABC", "ABCDEF"}) {
        assertEquals(text, codec.text(codec.encodeText(text), 0, 0));
      }
    }
    RegisterCodec codec = RegisterCodec.of(RegisterSpec.of("k", THREE_WORDS));
    assertArrayEquals(shorts(0x4142, 0x4300, 0), codec.encodeText("ABC"));
  }

  @Test
  void aTextThatDoesNotFitIsRefused() {
    RegisterCodec codec = RegisterCodec.of(RegisterSpec.of("k", THREE_WORDS));
    String refusal = "register k: text of %d characters does not fit 6 bytes of printable ASCII";
    assertEquals(refusal.formatted(7), refusal(codec, "ABCDEFG"));
    assertEquals(refusal.formatted(2), refusal(codec, "A\n"));
    assertEquals(refusal.formatted(1), refusal(codec, "é"));
  }

  private static String refusal(RegisterCodec codec, String text) {
    return assertThrows(IllegalArgumentException.class, () -> codec.encodeText(text)).getMessage();
  }

  @Test
  void theNamesOfSetBitsAreListedFromTheLowestUp() {
    RegisterSpec spec = RegisterSpec.of("k", WireSource.holding(0, WireType.BITS));
    RegisterCodec named =
        RegisterCodec.of(
            spec.withPresentation(
                Presentation.NONE.withTexts(Map.of(15L, "top", 0L, "low", 3L, "third"))));
    assertEquals("low, third, top", named.text(shorts(0x8009), 0, 0x8009));
    assertEquals("", named.text(shorts(0x0010), 0, 0x0010));
    assertNull(RegisterCodec.of(spec).text(shorts(1), 0, 1));
  }

  @Test
  void anEnumShowsTheNameOfItsRawNumber() {
    RegisterSpec spec =
        RegisterSpec.of("k", WireSource.holding(50, WireType.S16))
            .withScaling(Scaling.by("0.1"))
            .withPresentation(Presentation.NONE.withTexts(Map.of(-1L, "fault", 145L, "charging")));
    RegisterCodec codec = RegisterCodec.of(spec);
    assertEquals("charging", codec.text(shorts(145), 0, 145));
    assertEquals("fault", codec.text(shorts(0xFFFF), 0, -1));
    assertNull(codec.text(shorts(7), 0, 7));
  }
}
