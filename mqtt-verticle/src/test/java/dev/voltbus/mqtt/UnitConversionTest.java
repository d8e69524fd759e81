package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitConversionTest {

  @ParameterizedTest
  @CsvSource({
    "mV, V, 3301, 3.301",
    "V, mV, 3.301, 3301",
    "mA, A, 150, 0.15",
    "A, mA, 0.15, 150",
    "kW, W, 1.234, 1234",
    "W, kW, 554.4, 0.5544",
    "Wh, kWh, 5230, 5.23",
    "kWh, Wh, 5.23, 5230",
    "Ah, mAh, 1.5, 1500",
    "mAh, Ah, 1500, 1.5",
    "°C, °C, 21.5, 21.5",
    "%, %, 85.5, 85.5",
    "V, '', 52.8, 52.8",
    "'', '', 7, 7"
  })
  void unitsOfOneQuantityConvert(String from, String to, double number, double expected) {
    assertEquals(expected, UnitConversion.between(from, to).orElseThrow().apply(number), 0);
  }

  // Showing amperes as volts would be worse than showing nothing.
  @ParameterizedTest
  @CsvSource({"A, V", "W, Wh", "Ah, Wh", "'', V", "furlong, V", "V, furlong", "%, V"})
  void differentQuantitiesDoNot(String from, String to) {
    assertTrue(UnitConversion.between(from, to).isEmpty());
  }

  @Test
  void cellsKeepTheirDigits() {
    UnitConversion toVolt = UnitConversion.between("mV", "V").orElseThrow();
    for (int millivolt = 0; millivolt < 5000; millivolt++) {
      assertEquals(Double.parseDouble(millivolt + "e-3"), toVolt.apply(millivolt), 0);
    }
  }
}
