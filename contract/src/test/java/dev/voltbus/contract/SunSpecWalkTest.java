package dev.voltbus.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SunSpecWalkTest {
  private static final int[] MARK = {0x5375, 0x6E53};

  private final Map<Integer, Integer> device = new TreeMap<>();
  private final List<String> reads = new ArrayList<>();

  private void put(int address, int... words) {
    for (int i = 0; i < words.length; i++) {
      device.put(address + i, words[i]);
    }
  }

  /// A device that refuses each read of which it does not have every word.
  private Future<short[]> read(int address, int count) {
    reads.add(address + "+" + count);
    short[] words = new short[count];
    for (int i = 0; i < count; i++) {
      Integer word = device.get(address + i);
      if (word == null) {
        return Future.succeededFuture(new short[0]);
      }
      words[i] = word.shortValue();
    }
    return Future.succeededFuture(words);
  }

  private Optional<SunSpecChain> walk() {
    Future<Optional<SunSpecChain>> walked = SunSpecWalk.walk(SunSpecWalk.BASES, this::read);
    assertTrue(walked.succeeded(), () -> String.valueOf(walked.cause()));
    return walked.result();
  }

  private static SunSpecChain.Model model(int id, int occurrence, int address, int length) {
    return new SunSpecChain.Model(id, occurrence, address, length);
  }

  @Test
  void theChainIsFollowedFromTheMarkToItsEnd() {
    put(40000, MARK);
    put(40002, 1, 66);
    put(40070, 103, 50);
    put(40122, 160, 48);
    put(40172, 0xFFFF, 0);
    SunSpecChain chain = walk().orElseThrow();
    assertEquals(40000, chain.base());
    assertEquals(
        List.of(model(1, 1, 40002, 66), model(103, 1, 40070, 50), model(160, 1, 40122, 48)),
        chain.models());
    assertEquals("id 65535 at 40172", chain.end());
    assertEquals(List.of("40000+2", "40002+2", "40070+2", "40122+2", "40172+2"), reads);
  }

  @Test
  void theOtherBasesAreTriedInTurn() {
    put(0, MARK);
    put(2, 1, 65, 0xFFFF);
    put(69, 0xFFFF, 0);
    assertEquals(0, walk().orElseThrow().base());
    assertEquals(List.of("40000+2", "50000+2", "0+2"), reads.subList(0, 3));
  }

  /// Other words at a base are no mark, even where the device answers.
  @Test
  void aDeviceWithoutTheMarkHasNoChain() {
    put(40000, 0x5375, 0x6E54);
    put(0, 1, 2);
    assertEquals(Optional.empty(), walk());
  }

  /// sunspec/models#44: chains end with a single 0, or with a refusal.
  @Test
  void aZeroOrARefusalOrTheLastAddressEndTheChainToo() {
    put(40000, MARK);
    put(40002, 1, 66);
    assertEquals("read of 40070 refused", walk().orElseThrow().end());
    put(40070, 0, 0);
    assertEquals("id 0 at 40070", walk().orElseThrow().end());
    put(40070, 64111, 65000);
    assertEquals("runs beyond address 65535", walk().orElseThrow().end());
  }

  @Test
  void aModelThatComesAgainIsCounted() {
    put(40000, MARK);
    put(40002, 203, 2);
    put(40006, 203, 2);
    put(40010, 0xFFFF, 0);
    SunSpecChain chain = walk().orElseThrow();
    assertEquals(Optional.of(model(203, 2, 40006, 2)), chain.find(203, 2));
    assertEquals(Optional.empty(), chain.find(203, 3));
  }

  /// Models without length would otherwise be followed for as long as there are addresses.
  @Test
  void aChainThatNeverEndsIsGivenUp() {
    put(40000, MARK);
    for (int address = 40002; address < 41000; address += 2) {
      put(address, 5, 0);
    }
    SunSpecChain chain = walk().orElseThrow();
    assertEquals(200, chain.models().size());
    assertEquals("more than 200 models", chain.end());
  }

  /// No answer is not a refusal: what was not found for a time-out may be there.
  @Test
  void noAnswerFailsTheWalk() {
    Future<Optional<SunSpecChain>> walked =
        SunSpecWalk.walk(
            List.of(40000),
            (address, count) ->
                address == 40000
                    ? Future.succeededFuture(new short[] {0x5375, 0x6E53})
                    : Future.failedFuture("no answer"));
    assertEquals("no answer", walked.cause().getMessage());
  }

  @Test
  void theBaseAMapWasLaidOutFromIsTriedFirst() {
    AddressSegment common = new AddressSegment(1, 1, RegisterTable.HOLDING, 50002, 68);
    assertEquals(List.of(50000, 40000, 0), SunSpecWalk.bases(List.of(common)));
    assertEquals(SunSpecWalk.BASES, SunSpecWalk.bases(List.of()));
  }
}
