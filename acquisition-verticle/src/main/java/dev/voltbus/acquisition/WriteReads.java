package dev.voltbus.acquisition;

import dev.voltbus.contract.Device;
import dev.voltbus.modbus.Bits;
import dev.voltbus.modbus.ModbusDeviceException;
import dev.voltbus.modbus.ModbusRequest;
import dev.voltbus.modbus.Words;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// What a write reads of a device, before and after: where the register stands, the scale factor of
/// the moment, its words.
///
/// Words and scale factor come from one request. Where the device does not give them together they
/// are read as factor, words, factor, and count if both factors agree.
final class WriteReads {
  private final Line line;
  private final ModelPlaces models;

  WriteReads(Line line, ModelPlaces models) {
    this.line = line;
    this.models = models;
  }

  /// Finds out what a write needs; never fails.
  ///
  /// @param withWords whether it needs the words that the register has
  /// @param permit whether the write may still go out; when it may not, the search ends
  Future<Preparation> prepare(
      WriteTarget target, boolean withWords, Duration limit, WritePermit permit) {
    int begunOn = line.connection();
    return stand(target, limit, permit)
        .compose(stand ->
            reading(target, stand, withWords, limit)
                .map(reading -> prepared(target, stand, reading, begunOn)))
        .otherwise(failure -> failed(target, failure, permit, begunOn));
  }

  /// What a write is made from was all read on one connection.
  private Preparation prepared(WriteTarget target, Stand stand, Reading reading, int begunOn) {
    int now = line.connection();
    int found = stand.connection() == Stand.ANY ? begunOn : stand.connection();
    return found == now || !target.isBound()
        ? new Preparation.Ready(stand.words().address(), reading, now)
        : new Preparation.Reconnected();
  }

  /// A connection that was lost unnoticed fails the first read over it; a read may be repeated.
  private Preparation failed(
      WriteTarget target, Throwable failure, WritePermit permit, int begunOn) {
    @Nullable String refusal = permit.refusal();
    if (refusal != null) {
      return new Preparation.Impossible(refusal);
    }
    if (failure instanceof Stand.NotThere) {
      return new Preparation.Impossible(story(failure));
    }
    doubtAfter(target, failure);
    return line.connection() == begunOn
        ? new Preparation.Unread(story(failure))
        : new Preparation.Reconnected();
  }

  /// Reads the register, with its scale factor where it has one. What stands in a model is looked
  /// for where that was found on this connection; on another one the model is searched first.
  Future<Reading> readBack(WriteTarget target, Duration limit) {
    return stand(target, limit, () -> true)
        .compose(stand -> reading(target, stand, true, limit))
        .onFailure(failure -> doubtAfter(target, failure));
  }

  /// Reads neighbours back by one request.
  ///
  /// @param group one of the groups of [Neighbours]
  Future<List<Reading>> readBack(List<WriteTarget> group, Duration limit) {
    WriteTarget first = group.getFirst();
    if (group.size() == 1) {
      return readBack(first, limit).map(List::of);
    }
    Place all = Neighbours.place(group);
    return words(first, all, limit)
        .map(words ->
            group.stream()
                .map(each -> Reading.of(WriteTarget.part(words, all, each.place())))
                .toList())
        .onFailure(failure -> doubtAfter(first, failure));
  }

  /// Whether a device refuses to give neighbours together and may give each. They are no neighbours
  /// from then on.
  boolean parts(List<WriteTarget> group, Throwable failure) {
    boolean parts = group.size() > 1 && mayBePartial(failure);
    if (parts) {
      group.forEach(WriteTarget::learnApart);
    }
    return parts;
  }

  /// An answer was lost.
  void doubt(Device device) {
    models.doubt(device);
  }

  private void doubtAfter(WriteTarget target, Throwable failure) {
    if (!(failure instanceof ModbusDeviceException)) {
      doubt(target.device());
    }
  }

  private Future<Stand> stand(WriteTarget target, Duration limit, BooleanSupplier goOn) {
    return target.segments().isEmpty()
        ? Future.succeededFuture(Stand.ofMap(target))
        : models
            .certain(target.device(), target.segments(), limit, goOn)
            .map(found -> Stand.of(target, found));
  }

  private Future<Reading> reading(
      WriteTarget target, Stand stand, boolean withWords, Duration limit) {
    Place factor = stand.factor();
    if (factor == null) {
      return withWords
          ? words(target, stand.words(), limit).map(Reading::of)
          : Future.succeededFuture(Reading.NOTHING);
    }
    if (!withWords) {
      return factor(target, factor, limit).map(Reading::ofFactor);
    }
    Place both = stand.both();
    return both == null || target.isApart()
        ? apart(target, stand.words(), factor, limit)
        : together(target, stand, both, limit)
            .recover(failure -> separately(target, stand, factor, limit, failure));
  }

  private Future<Reading> together(WriteTarget target, Stand stand, Place both, Duration limit) {
    return words(target, both, limit).map(all -> target.split(all, stand));
  }

  /// A device that refuses both may give each.
  private Future<Reading> separately(
      WriteTarget target, Stand stand, Place factor, Duration limit, Throwable failure) {
    return mayBePartial(failure)
        ? apart(target, stand.words(), factor, limit).onSuccess(read -> target.learnApart())
        : Future.failedFuture(failure);
  }

  private static boolean mayBePartial(Throwable failure) {
    return failure instanceof ModbusDeviceException refusal
        && Outcome.of(refusal) instanceof Outcome.Refused refused
        && refused.mayBePartial();
  }

  private Future<Reading> apart(WriteTarget target, Place words, Place factor, Duration limit) {
    Future<Long> before = factor(target, factor, limit);
    Future<Words> read = before.compose(known -> words(target, words, limit));
    return read.compose(known -> factor(target, factor, limit))
        .map(after ->
            new Reading(read.result(), after.equals(before.result()) ? after : Reading.UNSTEADY));
  }

  private Future<Long> factor(WriteTarget target, Place place, Duration limit) {
    return words(target, place, limit).map(target::factor);
  }

  private Future<Words> words(WriteTarget target, Place place, Duration limit) {
    int unit = target.device().unit();
    return place.table().isBits()
        ? line.client()
            .read(new ModbusRequest.ReadCoils(unit, place.address(), place.count()), limit)
            .map(WriteReads::words)
        : line.client()
            .read(new ModbusRequest.ReadHolding(unit, place.address(), place.count()), limit);
  }

  private static Words words(Bits coils) {
    int[] words = new int[coils.size()];
    for (int i = 0; i < words.length; i++) {
      words[i] = coils.at(i) ? 1 : 0;
    }
    return Words.of(words);
  }

  private static String story(Throwable failure) {
    return String.valueOf(failure.getMessage());
  }
}
