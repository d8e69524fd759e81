package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.RegisterTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegisterPlaceTest {

  // Reading one register beside the one meant is the commonest mistake of all.
  @ParameterizedTest
  @CsvSource({
    "304, HOLDING, 304",
    "0x130, HOLDING, 304",
    "0X0130, HOLDING, 304",
    "00304, HOLDING, 304",
    "holding:304, HOLDING, 304",
    "h304, HOLDING, 304",
    "h0x130, HOLDING, 304",
    "input:16, INPUT, 16",
    "i0x10, INPUT, 16",
    "coil:7, COIL, 7",
    "c7, COIL, 7",
    "d7, DISCRETE, 7",
    "40001, HOLDING, 0",
    "40305, HOLDING, 304",
    "30001, INPUT, 0",
    "10001, DISCRETE, 0",
    "400305, HOLDING, 304",
    "465536, HOLDING, 65535",
    "40000, HOLDING, 40000",
    "holding:40305, HOLDING, 40305",
    "20000, HOLDING, 20000",
    "65535, HOLDING, 65535"
  })
  void eachNotationNamesOnePlaceOnTheWire(String text, RegisterTable table, int address) {
    RegisterPlace place = RegisterPlace.parse(text, null);
    assertEquals(table, place.table());
    assertEquals(address, place.address());
  }

  // 40305 alone could be meant either way: the reader is told how it was taken.
  @Test
  void numberThatCouldBeMeantEitherWayIsSaidAloud() {
    assertEquals(
        "40305 is taken as number 305 of table holding; for address 40305 on the wire write"
            + " holding:40305",
        RegisterPlace.parse("40305", null).note());
    assertEquals("", RegisterPlace.parse("304", null).note());
  }

  // Many vendors write wire addresses above 30000; who names the table means one of those.
  @Test
  void withTheTableNamedANumberIsAnAddressOnTheWire() {
    RegisterPlace place = RegisterPlace.parse("40305", RegisterTable.HOLDING);
    assertEquals(40305, place.address());
    assertEquals("", place.note());
    assertEquals(304, RegisterPlace.parse("400305", RegisterTable.HOLDING).address());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "304a", "-1", "65536", "hold:3", "4x0305", "h", "1e3"})
  void whatIsNoPlaceIsRefusedWithItsText(String text) {
    String said =
        assertThrows(UsageException.class, () -> RegisterPlace.parse(text, null)).getMessage();
    assertTrue(said.contains(text), said);
  }

  @Test
  void twoDifferentTablesAreRefused() {
    assertEquals(
        "--address i304 is in table input, but --table is holding",
        assertThrows(UsageException.class, () -> RegisterPlace.parse("i304", RegisterTable.HOLDING))
            .getMessage());
    assertThrows(UsageException.class, () -> RegisterPlace.parse("400305", RegisterTable.INPUT));
  }

  @Test
  void theQuestionIsShownAsItGoesOnTheWire() {
    assertEquals(
        "FC3 address 0x0130 (304), count 7", RegisterPlace.parse("40305", null).onTheWire(7));
    assertEquals("FC1 address 0x0007 (7), count 1", RegisterPlace.parse("c7", null).onTheWire(1));
  }
}
