package dev.voltbus.acquisition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.voltbus.contract.AddressSegment;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.ReadLimits;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A device with models at other places than the map says, as a table of words.
class ModelPlacesTest {
  private static final Duration LIMIT = Duration.ofSeconds(1);

  private final Map<Integer, Integer> words = new TreeMap<>();
  private final List<Integer> asked = new ArrayList<>();
  private final TestingClock clock = new TestingClock();
  private int connection;
  private boolean silent;
  private final ModelPlaces places = new ModelPlaces(this::read, () -> connection, clock);

  private Future<Outcome> read(int unit, ReadPlan.Request request, Duration timeout) {
    asked.add(request.address());
    if (silent) {
      return Future.succeededFuture(new Outcome.Silent("no answer"));
    }
    short[] block = new short[request.count()];
    for (int i = 0; i < block.length; i++) {
      Integer word = words.get(request.address() + i);
      if (word == null) {
        return Future.succeededFuture(new Outcome.Refused(2, "illegal data address"));
      }
      block[i] = word.shortValue();
    }
    return Future.succeededFuture(
        new Outcome.Read(RegisterBlock.read(request.table(), request.address(), block, 7)));
  }

  private void put(int address, int... values) {
    for (int i = 0; i < values.length; i++) {
      words.put(address + i, values[i]);
    }
  }

  /// A chain at 50000 with model 11 (2 words) before model 10 (3 words).
  @BeforeEach
  void setUp() {
    put(50000, 0x5375, 0x6E53, 11, 2, 110, 111, 10, 3, 100, 101, 102, 0xFFFF, 0);
  }

  private static Device device(AddressSegment... segments) {
    RegisterMap map =
        new RegisterMap(
            "pv",
            List.of(RegisterSpec.of("a", WireSource.holding(40004, WireType.U16))),
            List.of(PollGroup.every("default", Duration.ofSeconds(1))),
            ReadLimits.MODBUS);
    return new Device("pv-1", "link", 3, map.withSegments(List.of(segments)));
  }

  /// The map has model 10 at 40002 and model 11 behind it.
  private static Device device() {
    return device(
        new AddressSegment(10, 1, RegisterTable.HOLDING, 40002, 5),
        new AddressSegment(11, 1, RegisterTable.HOLDING, 40007, 4));
  }

  private Outcome read(Device device, int address, int count) {
    Place place = new Place(RegisterTable.HOLDING, address, count);
    ReadPlan.Request request =
        ReadPlan.Request.of(List.of(Item.of(place, "a")), "ends with the last register");
    return places.read(device, request, LIMIT).result();
  }

  private static RegisterBlock block(Outcome outcome) {
    return assertInstanceOf(Outcome.Read.class, outcome).block();
  }

  @Test
  void aRequestGoesWhereTheDeviceHasTheModelAndComesBackWithTheAddressOfTheMap() {
    RegisterBlock block = block(read(device(), 40004, 3));
    assertEquals(40004, block.address());
    assertEquals(
        List.of(100, 101, 102), List.of(block.word(40004), block.word(40005), block.word(40006)));
    assertEquals(7, block.readAt());
    assertEquals(110, block(read(device(), 40009, 2)).word(40009));
    assertEquals(List.of(40000, 50000, 50002, 50006, 50011, 50008, 50004), asked);
  }

  /// After a firmware update the models may stand elsewhere.
  @Test
  void theChainIsFollowedAnewOnAnotherConnection() {
    read(device(), 40004, 3);
    put(50002, 10, 3, 200, 201, 202, 0xFFFF, 0);
    clock.advance(Duration.ofSeconds(11));
    connection++;
    assertEquals(200, block(read(device(), 40004, 1)).word(40004));
    assertInstanceOf(Outcome.Missing.class, read(device(), 40009, 2));
  }

  @Test
  void aConnectionThatIsClosedAfterEachCycleIsNotSearchedEachTime() {
    read(device(), 40004, 3);
    asked.clear();
    connection++;
    read(device(), 40004, 3);
    assertEquals(List.of(50008), asked);
  }

  /// Taken for a chain without models, a time-out would make every value "not found".
  @Test
  void noAnswerIsNoResultAndTheNextRequestSearchesAgain() {
    silent = true;
    assertInstanceOf(Outcome.Silent.class, read(device(), 40004, 1));
    silent = false;
    assertEquals(100, block(read(device(), 40004, 1)).word(40004));
  }

  @Test
  void aModelThatIsNotThereIsMissingWithoutAskingForIt() {
    Device device = device(new AddressSegment(160, 1, RegisterTable.HOLDING, 40002, 50));
    read(device, 40004, 10);
    asked.clear();
    Outcome.Missing missing = assertInstanceOf(Outcome.Missing.class, read(device, 40004, 10));
    assertEquals("holding 40004..40013 is in a model the device does not have", missing.story());
    assertEquals(List.of(), asked);
  }

  @Test
  void aShorterModelIsReadAsFarAsItGoes() {
    Device device = device(new AddressSegment(11, 1, RegisterTable.HOLDING, 40002, 8));
    RegisterBlock block = block(read(device, 40004, 6));
    assertEquals(2, block.count());
    assertEquals(110, block.word(40004));
  }

  private ModelPlaces.Found certain(Device device) {
    return places.certain(device, device.map().segments(), LIMIT, () -> true).result();
  }

  private int placeOf(int address) {
    return certain(device())
        .relocation()
        .place(RegisterTable.HOLDING, address, 1)
        .orElseThrow()
        .address();
  }

  /// A poll may read from a place of another connection for a while; a write may not go there.
  @Test
  void aWriteSearchesTheModelsAnewOnAnotherConnection() {
    read(device(), 40004, 3);
    put(50002, 10, 3, 200, 201, 202, 0xFFFF, 0);
    connection++;
    assertEquals(50004, placeOf(40004));
    assertEquals(1, certain(device()).connection());
  }

  /// A gateway may keep the connection while the device behind it begins anew.
  @Test
  void aWriteSearchesTheModelsAnewAfterASilence() {
    read(device(), 40004, 3);
    put(50002, 10, 3, 200, 201, 202, 0xFFFF, 0);
    silent = true;
    read(device(), 40004, 3);
    silent = false;
    asked.clear();
    assertEquals(50004, placeOf(40004));
    assertEquals(List.of(40000, 50000, 50002, 50007), asked);
  }

  @Test
  void aWriteLooksWhetherTheModelsAreStillThere() {
    read(device(), 40004, 3);
    asked.clear();
    assertEquals(50008, placeOf(40004));
    assertEquals(List.of(50006, 50002), asked);
    put(50002, 10, 3, 200, 201, 202, 0xFFFF, 0);
    assertEquals(50004, placeOf(40004));
  }

  /// With a new length the words behind it may be other ones.
  @Test
  void aModelThatGotAnotherLengthIsSearchedAnew() {
    read(device(), 40004, 3);
    put(50006, 10, 2, 200, 201, 0xFFFF, 0);
    asked.clear();
    certain(device());
    assertEquals(List.of(50006, 40000, 50000, 50002, 50006, 50010), asked);
  }

  @Test
  void theSearchForAWriteEndsWithItsRight() {
    List<Boolean> permits = new ArrayList<>(List.of(true, true, false));
    Future<ModelPlaces.Found> found =
        places.certain(device(), device().map().segments(), LIMIT, () -> permits.removeFirst());
    assertEquals("the search was ended", found.cause().getMessage());
    assertEquals(List.of(40000, 50000), asked);
  }

  /// What stands side by side in the map may stand apart in the device.
  @Test
  void aRequestDoesNotCrossFromOneModelToTheNext() {
    List<RegisterSpec> registers =
        List.of(
            RegisterSpec.of("a", WireSource.holding(40006, WireType.U16)),
            RegisterSpec.of("b", WireSource.holding(40009, WireType.U16)));
    RegisterMap map =
        new RegisterMap("pv", registers, device().map().groups(), new ReadLimits(125, 20));
    assertEquals(1, ReadPlan.of(map, "default").requests().size());
    RegisterMap apart = map.withSegments(device().map().segments());
    assertEquals(
        List.of(40006, 40009),
        ReadPlan.of(apart, "default").requests().stream().map(ReadPlan.Request::address).toList());
  }

  @Test
  void aDeviceWithoutSegmentsIsReadWhereItsMapSays() {
    put(40004, 42);
    assertEquals(42, block(read(device(new AddressSegment[0]), 40004, 1)).word(40004));
  }
}
