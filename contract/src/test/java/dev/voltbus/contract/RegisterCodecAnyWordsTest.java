package dev.voltbus.contract;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Whatever words a device sends, each kind of register makes a number, a text or a reason of them.
@Timeout(300)
class RegisterCodecAnyWordsTest {
  private static final int BLOCKS = Integer.getInteger("voltbus.fuzz.frames", 20_000);
  private static final int WORDS = 12;
  private static final short[] EDGES = {0, 1, -1, Short.MIN_VALUE, Short.MAX_VALUE, 0x7F80, 0x7FC0};

  @Test
  void anyWordsAreANumberATextOrAReason() {
    read(new Random(20260101));
    read(Seeds.random("random words"));
  }

  private static void read(Random dice) {
    for (int i = 0; i < BLOCKS; i++) {
      WireType type = WireType.values()[i % WireType.values().length];
      RegisterCodec codec =
          RegisterCodec.of(
              RegisterSpec.of("k", source(dice, type)).withScaling(Scaling.by("0.01")));
      check(codec, words(dice), dice.nextInt(WORDS - codec.wire().words() + 1));
    }
  }

  private static WireSource source(Random dice, WireType type) {
    int words = type.words() == 0 ? 1 + dice.nextInt(WORDS) : type.words();
    List<WireOrder> orders = WireOrder.all(type.isText() ? Math.min(3, words) : words);
    return WireSource.holding(0, type)
        .withWords(words)
        .withOrder(orders.get(dice.nextInt(orders.size())));
  }

  private static short[] words(Random dice) {
    short[] words = new short[WORDS];
    for (int i = 0; i < WORDS; i++) {
      words[i] =
          dice.nextBoolean() ? EDGES[dice.nextInt(EDGES.length)] : (short) dice.nextInt(0x10000);
    }
    return words;
  }

  private static void check(RegisterCodec codec, short[] words, int at) {
    long raw = codec.raw(words, at);
    String text = codec.text(words, at, raw);
    assertTrue(text == null || text.length() <= 4 * WORDS);
    if (!codec.wire().type().isText() && codec.check(raw) == QualityReason.NONE) {
      double value = codec.value(raw);
      assertTrue(Double.isFinite(value), () -> codec.wire() + " " + raw + " is " + value);
    }
  }
}
