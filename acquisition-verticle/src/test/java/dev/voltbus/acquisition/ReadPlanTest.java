package dev.voltbus.acquisition;

import static dev.voltbus.acquisition.Fixtures.bit;
import static dev.voltbus.acquisition.Fixtures.holding;
import static dev.voltbus.acquisition.Fixtures.words;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.voltbus.contract.BitSlice;
import dev.voltbus.contract.Derivation;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.PlannedRead;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.ReadLimits;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.UnitOptions;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReadPlanTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private static List<String> plan(ReadLimits limits, WireSource... places) {
    RegisterMap map = Fixtures.map(SECOND, limits, places);
    return describe(ReadPlan.of(map, Fixtures.GROUP));
  }

  private static List<String> describe(ReadPlan plan) {
    return plan.requests().stream().map(ReadPlan.Request::describe).toList();
  }

  private static List<String> plan(WireSource... places) {
    return plan(ReadLimits.MODBUS, places);
  }

  @Test
  void registersThatTouchAreReadTogetherInWhateverOrderTheyStand() {
    assertEquals(
        List.of("holding 36..40 (5 words, 3 registers)"),
        plan(
            WireSource.holding(38, WireType.F32),
            holding(40),
            WireSource.holding(36, WireType.U32)));
  }

  @Test
  void aSingleWordIsNamedAlone() {
    assertEquals(List.of("holding 48"), plan(holding(48)));
  }

  @Test
  void aSingleLongRegisterIsNamedWithItsWords() {
    assertEquals(
        List.of("input 500..507 (8 words, 1 register)"), plan(words(RegisterTable.INPUT, 500, 8)));
  }

  // Words between registers may not exist in the device, which then refuses the whole block.
  @Test
  void aGapIsNotBridgedUnlessTheDeviceFileAllowsIt() {
    assertEquals(List.of("holding 10", "holding 12"), plan(holding(10), holding(12)));
  }

  @Test
  void aGapIsBridgedUpToTheLimitAndNoFurther() {
    ReadLimits threeUnused = new ReadLimits(125, 3);
    assertEquals(
        List.of("holding 10..14 (5 words, 2 registers)", "holding 19"),
        plan(threeUnused, holding(10), holding(14), holding(19)));
  }

  @Test
  void aBlockHasAtMost125Words() {
    WireSource[] all =
        IntStream.range(0, 126).mapToObj(Fixtures::holding).toArray(WireSource[]::new);
    assertEquals(List.of("holding 0..124 (125 words, 125 registers)", "holding 125"), plan(all));
  }

  @Test
  void aDevicesOwnLimitIsKept() {
    assertEquals(
        List.of("holding 0..1 (2 words, 2 registers)", "holding 2"),
        plan(new ReadLimits(2, 0), holding(0), holding(1), holding(2)));
  }

  // Half a value from one answer and half from the next is a value that never was.
  @Test
  void aValueIsNeverCut() {
    assertEquals(
        List.of("holding 0..123 (124 words, 1 register)", "holding 124..125 (2 words, 1 register)"),
        plan(words(RegisterTable.HOLDING, 0, 124), WireSource.holding(124, WireType.U32)));
  }

  @Test
  void aValueLongerThanTheDevicesLimitIsReadWholeAndAlone() {
    assertEquals(
        List.of("holding 0..9 (10 words, 1 register)", "holding 10"),
        plan(new ReadLimits(4, 0), words(RegisterTable.HOLDING, 0, 10), holding(10)));
  }

  @Test
  void tablesAreReadApart() {
    assertEquals(
        List.of("holding 1", "input 2", "coil 3", "discrete 4"),
        plan(
            bit(RegisterTable.DISCRETE, 4),
            bit(RegisterTable.COIL, 3),
            words(RegisterTable.INPUT, 2, 1),
            holding(1)));
  }

  @Test
  void registersPackedInOneWordAreReadOnce() {
    assertEquals(
        List.of("holding 52..53 (2 words, 3 registers)"),
        plan(
            holding(52).withSlice(new BitSlice(0, 8)),
            holding(52).withSlice(new BitSlice(8, 8)),
            holding(53)));
  }

  @Test
  void registersThatOverlapAreReadOnce() {
    assertEquals(
        List.of("holding 100..107 (8 words, 3 registers)"),
        plan(
            words(RegisterTable.HOLDING, 100, 8),
            WireSource.holding(102, WireType.U32),
            holding(107)));
  }

  @Test
  void bitsAreReadUpTo2000AtATimeWhateverTheWordLimit() {
    WireSource[] all =
        IntStream.range(0, 2001)
            .mapToObj(address -> bit(RegisterTable.COIL, address))
            .toArray(WireSource[]::new);
    assertEquals(
        List.of("coil 0..1999 (2000 bits, 2000 registers)", "coil 2000"),
        plan(new ReadLimits(10, 0), all));
  }

  @Test
  void theLastAddressCanBeRead() {
    assertEquals(
        List.of("holding 65534..65535 (2 words, 2 registers)"),
        plan(holding(65534), holding(65535)));
  }

  @Test
  void groupsAreReadApartAndDerivedValuesNeedNoRead() {
    RegisterMap map =
        new RegisterMap(
            "test",
            List.of(
                RegisterSpec.of("voltage", holding(1)).inGroup("fast"),
                RegisterSpec.of("serial", holding(2)).inGroup("slow"),
                RegisterSpec.of("current", holding(3)).inGroup("fast"),
                RegisterSpec.of("power", Derivation.of(Derivation.Op.PRODUCT, "voltage", "current"))
                    .inGroup("fast")),
            List.of(
                PollGroup.every("fast", Duration.ofMillis(500)),
                PollGroup.every("slow", Duration.ofSeconds(30))),
            ReadLimits.MODBUS);

    assertEquals(List.of("holding 1", "holding 3"), describe(ReadPlan.of(map, "fast")));
    assertEquals(List.of("holding 2"), describe(ReadPlan.of(map, "slow")));
    assertEquals(
        List.of(
            "fast every 500 ms: holding 1; gap of 1 word(s), at most 0 bridged",
            "fast every 500 ms: holding 3; ends with the last register",
            "slow every 30 s: holding 2; ends with the last register"),
        AcquisitionVerticle.readPlan(new Device("bms-1", "bms", 1, map)));
  }

  // `voltbus trace` sends these: they must be those of the polls, with the limits of the unit.
  @Test
  void plannedReadsAreTheRequestsOfThePollsWithTheLimitsOfTheUnit() {
    RegisterMap map =
        new RegisterMap(
            "test",
            List.of(
                RegisterSpec.of("voltage", holding(1)),
                RegisterSpec.of("current", holding(2)),
                RegisterSpec.of("power", holding(3))),
            List.of(PollGroup.every(RegisterSpec.of("voltage", holding(1)).group(), SECOND)),
            ReadLimits.MODBUS);
    Device usual = new Device("bms-1", "bms", 1, map);
    Device slow = usual.withOptions(largestBlock(2));

    assertEquals(List.of(1, 3), spans(AcquisitionVerticle.plannedReads(usual)));
    assertEquals(List.of(1, 2, 3, 1), spans(AcquisitionVerticle.plannedReads(slow)));
    PlannedRead first = AcquisitionVerticle.plannedReads(slow).getFirst();
    assertEquals(List.of("voltage", "current"), first.keys());
    assertEquals(SECOND, first.period());
    assertEquals("largest block is 2 words", first.end());
  }

  private static UnitOptions largestBlock(int words) {
    UnitOptions usual = UnitOptions.DEFAULT;
    return new UnitOptions(
        usual.timeout(),
        usual.retries(),
        usual.gap(),
        words,
        usual.closeAfterCycle(),
        usual.oneRegister(),
        usual.wakeUp(),
        usual.wakeAfterIdle(),
        usual.busTimePercent(),
        usual.lostAfter(),
        usual.lostAfterCycles());
  }

  private static List<Integer> spans(List<PlannedRead> reads) {
    return reads.stream().flatMap(read -> Stream.of(read.address(), read.count())).toList();
  }
}
