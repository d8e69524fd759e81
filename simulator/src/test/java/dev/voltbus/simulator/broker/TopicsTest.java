package dev.voltbus.simulator.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TopicsTest {

  @ParameterizedTest
  @CsvSource({
    "a/b,       a/b,    true",
    "a/b,       a/c,    false",
    "a/b,       a,      false",
    "a,         a/b,    false",
    "a/+,       a/b,    true",
    "a/+,       a/,     true",
    "a/+,       a,      false",
    "+/+,       /a,     true",
    "+,         /a,     false",
    "/+,        /a,     true",
    "a/#,       a,      true",
    "a/#,       a/b/c,  true",
    "a/#,       ab,     false",
    "#,         a/b,    true",
    "+/b/#,     a/b,    true",
    "#,         $a/b,   false",
    "+/b,       $a/b,   false",
    "$a/#,      $a/b,   true",
    "$a/+,      $a/b,   true",
  })
  void filtersMatchAsInChapter4(String filter, String topic, boolean expected) {
    assertEquals(expected, Topics.matches(filter, topic));
  }

  @ParameterizedTest
  @CsvSource({
    "#, true",
    "a/#, true",
    "+, true",
    "a/+/b, true",
    "/, true",
    "'', false",
    "a/#/b, false",
    "a#, false",
    "#a, false",
    "a+, false",
    "+a/b, false",
    "##, false",
    "a/++, false",
  })
  void wildcardsStandAlone(String filter, boolean expected) {
    assertEquals(expected, Topics.isValidFilter(filter));
  }
}
