package dev.voltbus.acquisition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.RegisterTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BisectionTest {
  private static Place place(int address, int count) {
    return new Place(RegisterTable.HOLDING, address, count);
  }

  private static Item item(int address, int count) {
    return Item.of(place(address, count), "r" + address);
  }

  private static ReadPlan.Request words(int from, int to) {
    return ReadPlan.Request.of(
        IntStream.rangeClosed(from, to).mapToObj(address -> item(address, 1)).toList(), "");
  }

  /// Runs a search against a device that refuses some requests.
  private static Bisection search(
      ReadPlan.Request refused, boolean heard, Predicate<ReadPlan.Request> refuses) {
    Bisection search = Bisection.of(refused, 2, "exception 2", heard);
    while (!search.isDone()) {
      search = refuses.test(search.next()) ? search.refuse(2, "exception 2") : search.accept();
    }
    return search;
  }

  private static Predicate<ReadPlan.Request> touching(Integer... bad) {
    return request ->
        List.of(bad).stream().anyMatch(address -> request.place().covers(place(address, 1)));
  }

  private static Set<Integer> found(Bisection search) {
    Bisection.Finding.Refused refused =
        assertInstanceOf(Bisection.Finding.Refused.class, search.finding());
    return refused.registers().stream()
        .map(bad -> bad.item().place().address())
        .collect(Collectors.toSet());
  }

  @ParameterizedTest(name = "bad register {0} of 0..99")
  @ValueSource(ints = {0, 1, 49, 50, 98, 99})
  void oneBadRegisterIsFoundInTwiceTheLogarithmOfRequests(int bad) {
    Bisection search = search(words(0, 99), false, touching(bad));

    assertEquals(Set.of(bad), found(search));
    assertEquals(99, search.accepted().stream().mapToInt(ReadPlan.Request::count).sum());
    assertTrue(search.asked() <= 15, search.asked() + " requests");
  }

  @Test
  void severalBadRegistersAreFound() {
    assertEquals(Set.of(3, 60, 61), found(search(words(0, 99), false, touching(3, 60, 61))));
  }

  // Half a value is a value that never was, also while searching.
  @Test
  void aValueIsNotCutWhileSearching() {
    ReadPlan.Request longs =
        ReadPlan.Request.of(IntStream.range(0, 10).mapToObj(i -> item(4 * i, 4)).toList(), "");
    List<Integer> counts = new ArrayList<>();

    Bisection search =
        search(
            longs,
            false,
            request -> {
              counts.add(request.count() % 4);
              return request.place().covers(place(13, 1));
            });

    assertEquals(Set.of(12), found(search));
    assertTrue(counts.stream().allMatch(rest -> rest == 0), counts.toString());
  }

  // Gaps are suspected before registers: they are what many devices refuse.
  @Test
  void aRequestIsCutAtItsGapsFirst() {
    ReadPlan.Request gaps =
        ReadPlan.Request.of(List.of(item(0, 2), item(2, 2), item(9, 2), item(20, 1)), "");

    assertEquals(
        List.of(place(0, 4), place(9, 2), place(20, 1)),
        Bisection.cut(gaps).stream().map(ReadPlan.Request::place).toList());
    assertEquals(
        new Bisection.Finding.Gap(9),
        search(gaps, false, request -> request.largestGap() > 0).finding());
  }

  @Test
  void aRefusalForLengthTeachesTheLargestBlock() {
    assertEquals(
        new Bisection.Finding.Block(50),
        search(words(0, 99), false, request -> request.count() > 60).finding());
  }

  @Test
  void valueAndScaleFactorThatAreOnlyRefusedTogetherAreReadApart() {
    Item pair = Item.together(item(10, 2), item(40, 1));
    ReadPlan.Request together = ReadPlan.Request.of(List.of(pair), "");

    assertEquals(
        new Bisection.Finding.Apart(place(10, 31)),
        search(together, false, request -> request.count() > 10).finding());
  }

  // A device that refuses all, as while it starts, says nothing about any register.
  @Test
  void aDeviceThatRefusesEverythingIsNotAskedForEachRegister() {
    Bisection search = search(words(0, 99), false, request -> true);

    assertEquals(new Bisection.Finding.Everything(), search.finding());
    assertTrue(search.asked() <= 20, search.asked() + " requests");
  }

  @Test
  void aSearchTakesAtMost32RequestsOfACycle() {
    Bisection search = search(words(0, 99), true, request -> true);

    assertEquals(32, search.asked());
    assertTrue(found(search).size() > 10, "and goes on in the next cycle without these");
  }
}
