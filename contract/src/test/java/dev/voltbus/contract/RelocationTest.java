package dev.voltbus.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RelocationTest {
  private static final AddressSegment COMMON =
      new AddressSegment(1, 1, RegisterTable.HOLDING, 40002, 68);
  private static final AddressSegment INVERTER =
      new AddressSegment(103, 1, RegisterTable.HOLDING, 40070, 52);
  private static final AddressSegment STORAGE =
      new AddressSegment(124, 1, RegisterTable.HOLDING, 40122, 26);

  private static Relocation in(SunSpecChain.Model... models) {
    SunSpecChain chain = new SunSpecChain(50000, List.of(models), "id 65535 at 50300");
    return Relocation.of(List.of(COMMON, INVERTER, STORAGE), chain);
  }

  private static Optional<Relocation.Place> place(Relocation relocation, int address, int count) {
    return relocation.place(RegisterTable.HOLDING, address, count);
  }

  private static Optional<Relocation.Place> at(int address, int count) {
    return Optional.of(new Relocation.Place(address, count));
  }

  @Test
  void aModelIsFoundWhereTheDeviceHasIt() {
    Relocation relocation =
        in(
            new SunSpecChain.Model(1, 1, 50002, 66),
            new SunSpecChain.Model(120, 1, 50070, 26),
            new SunSpecChain.Model(103, 1, 50098, 50),
            new SunSpecChain.Model(124, 1, 50150, 24));
    assertEquals(at(50110, 2), place(relocation, 40082, 2));
    assertEquals(at(50098, 52), place(relocation, 40070, 52));
    assertEquals(at(50152, 1), place(relocation, 40124, 1));
    assertEquals(List.of(), relocation.differences());
    assertEquals(3, relocation.foundSegments());
  }

  /// Read at its nominal address, another model's words would be taken for its own.
  @Test
  void aModelThatIsNotThereHasNoPlace() {
    Relocation relocation =
        in(new SunSpecChain.Model(1, 1, 40002, 66), new SunSpecChain.Model(124, 1, 40070, 24));
    assertEquals(Optional.empty(), place(relocation, 40070, 50));
    assertEquals(List.of("model 103 is not in the device"), relocation.differences());
    assertEquals(
        List.of(
            "model 1 is not in the device",
            "model 103 is not in the device",
            "model 124 is not in the device"),
        Relocation.of(List.of(COMMON, INVERTER, STORAGE), null).differences());
  }

  /// Model 1 has 65 words in older devices: its last word is the next model's id.
  @Test
  void aShorterModelIsReadAsFarAsItGoes() {
    Relocation relocation = in(new SunSpecChain.Model(1, 1, 40002, 65));
    assertEquals(at(40002, 67), place(relocation, 40002, 68));
    assertEquals(Optional.empty(), place(relocation, 40069, 1));
    assertEquals(
        "model 1 has 65 words in the device, 66 expected", relocation.differences().getFirst());
  }

  @Test
  void whatIsInNoModelStandsWhereTheMapSays() {
    Relocation relocation = in();
    assertEquals(at(100, 5), place(relocation, 100, 5));
    assertEquals(at(40200, 5), place(relocation, 40200, 5));
    assertEquals(at(40070, 5), relocation.place(RegisterTable.INPUT, 40070, 5));
    assertEquals(at(40070, 5), place(Relocation.NONE, 40070, 5));
  }
}
