package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class WrappedTest {
  @Test
  void whatFitsStaysOnOneLine() {
    assertEquals("> 01 02  read", Wrapped.text("> ", "01 02", "read"));
  }

  // A frame of 125 registers has 259 bytes: on one line nobody finds anything.
  @Test
  void longTextIsBrokenAtBlanksAndGoesOnBelowItself() {
    String bytes = String.join(" ", Collections.nCopies(259, "ab"));
    List<String> lines =
        Wrapped.text("    1.000 s < ", bytes, "unit 1, 125 words").lines().toList();
    assertTrue(lines.stream().allMatch(line -> line.length() <= 100), lines::toString);
    assertTrue(lines.stream().skip(1).allMatch(line -> line.startsWith(" ".repeat(14))));
    assertEquals("              unit 1, 125 words", lines.getLast());
    String joined = String.join(" ", lines.subList(0, lines.size() - 1)).replaceAll(" +", " ");
    assertEquals(" 1.000 s < " + bytes, joined);
  }

  @Test
  void wordLongerThanALineStaysWhole() {
    String word = "x".repeat(150);
    assertEquals("> " + word, Wrapped.text("> ", word));
  }
}
