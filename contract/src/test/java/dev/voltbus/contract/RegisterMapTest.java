package dev.voltbus.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// A map that exists is valid; whoever wrote the file reads these sentences.
class RegisterMapTest {
  private static final RegisterSpec VOLTAGE =
      RegisterSpec.of("voltage", WireSource.holding(36, WireType.U16));
  private static final List<PollGroup> GROUPS =
      List.of(PollGroup.every("default", Duration.ofSeconds(1)));

  private static void refused(String message, Executable making) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, making).getMessage());
  }

  private static RegisterMap map(RegisterSpec... registers) {
    return new RegisterMap("bms", List.of(registers), GROUPS, ReadLimits.MODBUS);
  }

  /// A keep-alive or a limit on a register that wears would eat it up within weeks.
  @Test
  void flashIsAlwaysComparedFirstAndHasABudget() {
    Writing flash = Writing.USUAL.inFlash(50);
    assertTrue(flash.readBack() && flash.skipEqual());
    assertThrows(IllegalArgumentException.class, flash::unreadable);
    assertThrows(IllegalArgumentException.class, () -> Writing.USUAL.inFlash(0));
    assertThrows(IllegalArgumentException.class, () -> Writing.USUAL.unreadable().skippingEqual());
  }

  @Test
  void onlyAWritableRegisterHasAWayOfWriting() {
    RegisterMap map = Samples.battery();
    Map<String, Writing> good = Map.of("limit", Writing.USUAL.inFlash(5));
    assertEquals(5, map.withWriting(good, List.of()).writingOf("limit").writesPerDay());
    Map<String, Writing> bad = Map.of("pack_voltage", Writing.USUAL);
    assertThrows(IllegalArgumentException.class, () -> map.withWriting(bad, List.of()));
  }

  /// What mqtt and console know of a map must not change with how the owner of a link writes it.
  @Test
  void theWayOfWritingDoesNotChangeTheLayout() {
    RegisterMap map = Samples.battery();
    RegisterMap other = map.withWriting(Map.of("limit", Writing.USUAL.inFlash(5)), List.of());
    assertEquals(SnapshotLayout.of(map).id(), SnapshotLayout.of(other).id());
  }

  @Test
  void aKeyIsUsedOnce() {
    refused("device bms: key voltage is used twice", () -> map(VOLTAGE, VOLTAGE));
  }

  /// So that one pass from the top computes every derived value.
  @Test
  void aDerivedValueStandsBelowItsSources() {
    RegisterSpec power =
        RegisterSpec.of("power", Derivation.of(Derivation.Op.PRODUCT, "voltage", "current"));
    refused(
        "device bms: power is derived from current, which does not stand above it",
        () -> map(VOLTAGE, power));
    RegisterSpec itself = RegisterSpec.of("x", Derivation.of(Derivation.Op.SUM, "x"));
    refused("device bms: x is derived from x, which does not stand above it", () -> map(itself));
  }

  @Test
  void aRegisterNamesAPollGroupThatIsDefinedOnce() {
    refused(
        "device bms: voltage is in poll group fast, which is not defined",
        () -> map(VOLTAGE.inGroup("fast")));
    PollGroup group = GROUPS.getFirst();
    refused(
        "device bms: poll group default is defined twice",
        () -> map(VOLTAGE).withGroups(List.of(group, group)));
  }

  @Test
  void aPollGroupHasAPeriodAndLimitsInOrder() {
    Duration second = Duration.ofSeconds(1);
    refused(
        "poll group g: period 9 ms is not in 10 ms..24 h",
        () -> PollGroup.every("g", Duration.ofMillis(9)));
    refused(
        "poll group g: period 86400001 ms is not in 10 ms..24 h",
        () -> PollGroup.every("g", Duration.ofHours(24).plusMillis(1)));
    refused(
        "poll group g: stale-after 999 ms is shorter than the period 1000 ms",
        () -> new PollGroup("g", second, Duration.ofMillis(999), second));
    refused(
        "poll group g: unavailable-after 999 ms is shorter than stale-after 1000 ms",
        () -> new PollGroup("g", second, second, Duration.ofMillis(999)));
  }

  @Test
  void aRegisterLiesInsideItsTable() {
    refused("address 65536 is not in 0..65535", () -> WireSource.holding(65536, WireType.U16));
    refused("address -1 is not in 0..65535", () -> WireSource.holding(-1, WireType.U16));
    refused(
        "holding 65535: 2 words reach beyond address 65535",
        () -> WireSource.holding(65535, WireType.U32));
    refused(
        "holding 0: 126 words are not in 1..125",
        () -> WireSource.holding(0, WireType.STRING).withWords(126));
    refused(
        "holding 0: type u32 has 2 words, not 3",
        () -> WireSource.holding(0, WireType.U32).withWords(3));
    refused(
        "holding 0: type bits has 1..4 words, not 5",
        () -> WireSource.holding(0, WireType.BITS).withWords(5));
  }

  @Test
  void aScaleFactorIsAnUnscaledIntegerReadWithItsValue() {
    RegisterSpec scaled = VOLTAGE.withScaling(Scaling.ONE.withScaleRegister("sf"));
    WireSource place = WireSource.holding(37, WireType.S16);
    RegisterSpec factor = RegisterSpec.of("sf", place);
    String start = "device bms: voltage: scale-register sf ";
    refused(start + "is not there", () -> map(scaled));
    refused(
        start + "is no integer of the device",
        () -> map(scaled, RegisterSpec.of("sf", WireSource.holding(37, WireType.F32))));
    refused(start + "is scaled itself", () -> map(scaled, factor.withScaling(Scaling.by("0.1"))));
    WireSource input =
        new WireSource(
            RegisterTable.INPUT,
            37,
            1,
            WireType.S16,
            WordOrder.HIGH_FIRST,
            ByteOrder.HIGH_FIRST,
            BitSlice.WHOLE);
    refused(
        start + "is not read with it: table and group must be the same",
        () -> map(scaled, RegisterSpec.of("sf", input)));
    assertEquals(List.of(List.of("voltage", "sf")), map(scaled, factor).readTogether());
    assertEquals(List.of(), map(VOLTAGE, factor).readTogether());
  }

  /// A register of two places could not be found on the wire.
  @Test
  void segmentsDoNotOverlap() {
    AddressSegment first = new AddressSegment(103, 1, RegisterTable.HOLDING, 100, 52);
    refused(
        "device bms: model 103 no. 2 overlaps model 103",
        () ->
            map(VOLTAGE)
                .withSegments(
                    List.of(first, new AddressSegment(103, 2, RegisterTable.HOLDING, 151, 52))));
    refused(
        "model 1: 3 words from address 65534 are not in 0..65535",
        () -> new AddressSegment(1, 1, RegisterTable.HOLDING, 65534, 3));
    RegisterMap map = map(VOLTAGE).withSegments(List.of(first));
    assertEquals(first, map.segmentOf(WireSource.holding(150, WireType.U32)).orElseThrow());
    assertEquals(true, map.segmentOf(WireSource.holding(151, WireType.U32)).isEmpty());
  }

  @Test
  void aGuardHasBoundsInOrder() {
    refused("valid: min 5 is above max 4.5", () -> Guard.range("5", "4.5"));
    refused("max-rate 0 is not above 0", () -> Guard.NONE.withMaxRate("0"));
    refused("confirm 1 is not in 2..1000", () -> Guard.NONE.confirmedBy(1));
  }

  @Test
  void aCoilIsABool() {
    refused(
        "coil 3: type must be bool, not u16",
        () ->
            new WireSource(
                RegisterTable.COIL,
                3,
                1,
                WireType.U16,
                WordOrder.HIGH_FIRST,
                ByteOrder.HIGH_FIRST,
                BitSlice.WHOLE));
  }

  /// Bits that are not there would read as 0 for ever, and a sign bit among them as plus.
  @Test
  void aBitSliceLiesInsideAnInteger() {
    refused(
        "holding 5: bits 8..16 are not all in 0..15",
        () -> WireSource.holding(5, WireType.S16).withSlice(new BitSlice(8, 9)));
    refused(
        "holding 5: type bcd16 cannot be a bit slice",
        () -> WireSource.holding(5, WireType.BCD16).withSlice(BitSlice.LOW_BYTE));
    refused(
        "holding 5: type f32 cannot be a bit slice",
        () -> WireSource.holding(5, WireType.F32).withSlice(BitSlice.LOW_BYTE));
    refused("bit slice: shift 64 is not in 0..63", () -> new BitSlice(64, 1));
    refused("bit slice: width 0 is not in 1..64", () -> new BitSlice(0, 0));
  }

  @Test
  void aDerivationHasAsManySourcesAsItNeeds() {
    refused(
        "derivation RATIO needs 2 value(s), not 3",
        () -> Derivation.of(Derivation.Op.RATIO, "a", "b", "c"));
    refused(
        "derivation SUM needs at least one value(s), not 0",
        () -> Derivation.of(Derivation.Op.SUM));
    refused(
        "derivation LOOKUP needs 1 value(s), not 2",
        () -> Derivation.of(Derivation.Op.LOOKUP, "a", "b"));
  }

  @Test
  void otherBoundsAreNamedToo() {
    refused("register without key", () -> RegisterSpec.of("", VOLTAGE.source()));
    refused("range: min 5 is above max 4", () -> new RawRange(5L, 4L, null));
    refused("largest block 126 words is not in 1..125", () -> new ReadLimits(126, 0));
    refused("largest gap 125 words is not in 0..124", () -> new ReadLimits(125, 125));
    refused("precision 10 is not in 0..9", () -> Presentation.NONE.withPrecision(10));
    refused("device d: unit 256 is not in 0..255", () -> new Device("d", "l", 256, map()));
    refused("broker b: port 0 is not in 1..65535", () -> BrokerSettings.at("b", "127.0.0.1", 0));
    refused("qos 3 is not in 0..2", () -> new TopicContract.Sending(3, null));
  }

  @Test
  void aMapCannotBeChangedFromOutside() {
    Map<Long, String> texts = new java.util.HashMap<>(Map.of(1L, "on"));
    Presentation shown = Presentation.NONE.withTexts(texts);
    texts.put(2L, "off");
    assertEquals(Map.of(1L, "on"), shown.texts());
    assertThrows(UnsupportedOperationException.class, () -> shown.texts().put(3L, "x"));
  }
}
