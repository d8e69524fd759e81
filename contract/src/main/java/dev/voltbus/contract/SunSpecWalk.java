package dev.voltbus.contract;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Finds the SunSpec models of a device (SunSpec Device Information Model Specification, 6.2): the
/// mark `SunS` at one of the usual bases, then id and length of one model after the other.
///
/// Ends of the chain that devices show in practice: id 65535, a single 0, a refusal, an address
/// beyond the last.
public final class SunSpecWalk {
  /// Words of a model before its points: its id and its length.
  public static final int HEADER_WORDS = 2;

  /// Words of the mark at the base.
  public static final int MARK_WORDS = 2;

  /// The bases that SunSpec allows, in the order of their use.
  public static final List<Integer> BASES = List.of(40000, 50000, 0);

  private static final int MARK_HIGH = 0x5375;
  private static final int MARK_LOW = 0x6E53;
  private static final int END_ID = 0xFFFF;
  private static final int MOST_MODELS = 200;

  /// Reads words of the device.
  @FunctionalInterface
  public interface Words {
    /// Reads some words. It completes without any where the device refuses the read, and fails if
    /// there is no answer.
    Future<short[]> read(int address, int count);
  }

  private final Words words;

  private SunSpecWalk(Words words) {
    this.words = words;
  }

  /// The bases for a map with segments: the one it was laid out from, then the others.
  public static List<Integer> bases(List<AddressSegment> segments) {
    List<Integer> bases = new ArrayList<>(BASES);
    segments.stream()
        .mapToInt(segment -> segment.nominalAddress() - MARK_WORDS)
        .min()
        .ifPresent(first -> {
          bases.remove(Integer.valueOf(first));
          bases.addFirst(first);
        });
    return List.copyOf(bases);
  }

  /// The chain of a device; nothing if none of the bases has the mark.
  ///
  /// @param bases addresses to try, in this order
  public static Future<Optional<SunSpecChain>> walk(List<Integer> bases, Words words) {
    return new SunSpecWalk(words).tryBases(List.copyOf(bases));
  }

  private Future<Optional<SunSpecChain>> tryBases(List<Integer> bases) {
    if (bases.isEmpty()) {
      return Future.succeededFuture(Optional.empty());
    }
    int base = bases.getFirst();
    return words
        .read(base, MARK_WORDS)
        .compose(mark -> isMark(mark) ? follow(base) : tryBases(bases.subList(1, bases.size())));
  }

  private static boolean isMark(short[] mark) {
    return mark.length == MARK_WORDS && mark[0] == MARK_HIGH && mark[1] == MARK_LOW;
  }

  private Future<Optional<SunSpecChain>> follow(int base) {
    List<SunSpecChain.Model> found = new ArrayList<>();
    return next(base + MARK_WORDS, found)
        .map(end -> Optional.of(new SunSpecChain(base, found, end)));
  }

  /// Follows the chain; completes with how it ended.
  private Future<String> next(int address, List<SunSpecChain.Model> found) {
    if (address + HEADER_WORDS > 0x10000) {
      return Future.succeededFuture("runs beyond address 65535");
    }
    if (found.size() == MOST_MODELS) {
      return Future.succeededFuture("more than " + MOST_MODELS + " models");
    }
    return words.read(address, HEADER_WORDS).compose(header -> take(address, header, found));
  }

  private Future<String> take(int address, short[] header, List<SunSpecChain.Model> found) {
    if (header.length != HEADER_WORDS) {
      return Future.succeededFuture("read of " + address + " refused");
    }
    int id = header[0] & 0xFFFF;
    if (id == END_ID || id == 0) {
      return Future.succeededFuture("id " + id + " at " + address);
    }
    long before = found.stream().filter(model -> model.id() == id).count();
    SunSpecChain.Model model =
        new SunSpecChain.Model(id, (int) before + 1, address, header[1] & 0xFFFF);
    found.add(model);
    return next(model.end(), found);
  }
}
