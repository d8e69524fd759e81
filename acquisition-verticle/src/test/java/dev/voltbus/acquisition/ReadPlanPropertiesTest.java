package dev.voltbus.acquisition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.ReadLimits;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.WireSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;

/// What holds for the read plan of any map. `-Dvoltbus.test.seed=N` repeats a run.
class ReadPlanPropertiesTest {
  private static final List<String> GROUPS = List.of("fast", "slow");
  private static final int RUNS = 200;

  private Random random = new Random();
  private long seed;

  @BeforeEach
  void seed() {
    seed = Long.getLong("voltbus.test.seed", System.nanoTime());
    random = new Random(seed);
  }

  @RepeatedTest(RUNS)
  void everyRegisterOfAGroupIsReadWholeByItsRequests() {
    RegisterMap map = anyMap();
    for (String group : GROUPS) {
      List<ReadPlan.Request> requests = ReadPlan.of(map, group).requests();
      List<WireSource> places = placesOf(map, group);
      for (WireSource place : places) {
        assertTrue(
            requests.stream().anyMatch(request -> brings(request, place)),
            () -> place.place() + " is not in " + requests + because(map));
      }
      int brought = requests.stream().mapToInt(ReadPlan.Request::registers).sum();
      assertEquals(places.size(), brought, () -> "registers brought" + because(map));
    }
  }

  // Where nothing overlaps, a word asked for twice would be waste.
  @RepeatedTest(RUNS)
  void requestsDoNotOverlapWhereRegistersDoNot() {
    RegisterMap map = mapWithoutOverlaps();
    for (String group : GROUPS) {
      List<ReadPlan.Request> requests = ReadPlan.of(map, group).requests();
      for (int i = 1; i < requests.size(); i++) {
        ReadPlan.Request before = requests.get(i - 1);
        ReadPlan.Request next = requests.get(i);
        assertTrue(
            before.table() != next.table() || before.address() + before.count() <= next.address(),
            () -> before + " overlaps " + next + because(map));
      }
    }
  }

  @RepeatedTest(RUNS)
  void noRequestIsOverTheLimitsExceptForOneLongRegister() {
    RegisterMap map = anyMap();
    for (String group : GROUPS) {
      for (ReadPlan.Request request : ReadPlan.of(map, group).requests()) {
        int most =
            request.table().isBits() ? request.table().largestRead() : map.limits().largestBlock();
        assertTrue(
            request.count() <= most || isOneRegister(request, map, group),
            () -> request + because(map));
        assertTrue(request.count() <= request.table().largestRead(), () -> request + because(map));
      }
    }
  }

  // Nodes that take a link over from each other must ask the same.
  @RepeatedTest(RUNS)
  void theOrderOfTheFileDoesNotMatter() {
    RegisterMap map = anyMap();
    List<RegisterSpec> shuffled = new ArrayList<>(map.registers());
    Collections.shuffle(shuffled, random);
    RegisterMap other = new RegisterMap(map.model(), shuffled, map.groups(), map.limits());
    for (String group : GROUPS) {
      assertEquals(ReadPlan.of(map, group), ReadPlan.of(other, group), () -> because(map));
    }
  }

  private static boolean brings(ReadPlan.Request request, WireSource place) {
    return request.table() == place.table()
        && request.address() <= place.address()
        && place.end() <= request.address() + request.count();
  }

  private static boolean isOneRegister(ReadPlan.Request request, RegisterMap map, String group) {
    return placesOf(map, group).stream()
        .anyMatch(place ->
            place.table() == request.table()
                && place.address() == request.address()
                && place.words() == request.count());
  }

  private static List<WireSource> placesOf(RegisterMap map, String group) {
    List<WireSource> places = new ArrayList<>();
    for (RegisterSpec register : map.registers()) {
      if (register.group().equals(group) && register.source() instanceof WireSource wire) {
        places.add(wire);
      }
    }
    return places;
  }

  private RegisterMap anyMap() {
    int span = 1 + random.nextInt(600);
    List<RegisterSpec> registers = new ArrayList<>();
    for (int i = random.nextInt(150); i > 0; i--) {
      registers.add(register(i, table(), random.nextInt(span)));
    }
    return map(registers);
  }

  private RegisterMap mapWithoutOverlaps() {
    List<RegisterSpec> registers = new ArrayList<>();
    for (RegisterTable table : RegisterTable.values()) {
      int next = 0;
      for (int i = random.nextInt(40); i > 0; i--) {
        RegisterSpec fresh = register(registers.size(), table, next + random.nextInt(4));
        registers.add(fresh);
        next = ((WireSource) fresh.source()).end();
      }
    }
    return map(registers);
  }

  private RegisterSpec register(int number, RegisterTable table, int address) {
    WireSource place =
        table.isBits()
            ? Fixtures.bit(table, address)
            : Fixtures.words(table, address, 1 + random.nextInt(random.nextInt(8) == 0 ? 125 : 4));
    String group = GROUPS.get(random.nextInt(GROUPS.size()));
    return RegisterSpec.of("register_" + number, place).inGroup(group);
  }

  private RegisterTable table() {
    return RegisterTable.values()[random.nextInt(RegisterTable.values().length)];
  }

  private RegisterMap map(List<RegisterSpec> registers) {
    List<PollGroup> groups =
        GROUPS.stream().map(name -> PollGroup.every(name, Duration.ofSeconds(1))).toList();
    ReadLimits limits = new ReadLimits(1 + random.nextInt(125), random.nextInt(20));
    return new RegisterMap("test", registers, groups, limits);
  }

  private String because(RegisterMap map) {
    return "; " + map.limits() + ", -Dvoltbus.test.seed=" + seed;
  }
}
