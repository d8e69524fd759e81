package dev.voltbus.acquisition;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.Relocation;
import dev.voltbus.contract.SunSpecChain;
import dev.voltbus.contract.SunSpecWalk;
import dev.voltbus.contract.TimeSource;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where the models of the SunSpec devices behind a link stand. Requests come with the addresses of
/// the register map and go out with those of the device; what comes back has the map's again.
///
/// The chain of models is followed before the first request of a device, and again on a new
/// connection or after a silence: the device may have been restarted with other models. Devices
/// whose map has no segments pass through.
final class ModelPlaces {
  private static final Logger LOG = LoggerFactory.getLogger(ModelPlaces.class);

  /// A device whose connection is closed after each cycle is not searched each time.
  private static final Duration LEAST_AGE = Duration.ofSeconds(10);

  /// Reads from the wire; never fails.
  @FunctionalInterface
  interface Reader {
    Future<Outcome> read(int unit, ReadPlan.Request request, Duration timeout);
  }

  private record Known(Relocation relocation, int connection, long nanos) {}

  /// A read of the walk that was not answered.
  private static final class Unanswered extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient Outcome outcome;

    private Unanswered(Outcome outcome) {
      super(outcome.story(), null, false, false);
      this.outcome = outcome;
    }
  }

  private final Reader reader;
  private final IntSupplier connection;
  private final TimeSource time;
  private final Map<String, Known> known = new HashMap<>();
  private final Map<String, String> told = new HashMap<>();

  /// @param connection number of the connection, another one after each loss
  ModelPlaces(Reader reader, IntSupplier connection, TimeSource time) {
    this.reader = reader;
    this.connection = connection;
    this.time = time;
  }

  /// Reads a request of the map. Never fails: what went wrong stands in the outcome.
  Future<Outcome> read(Device device, ReadPlan.Request request, Duration timeout) {
    if (device.map().segments().isEmpty()) {
      return reader.read(device.unit(), request, timeout);
    }
    return relocation(device, timeout)
        .compose(relocation -> read(device, request, relocation, timeout))
        .recover(failure -> Future.succeededFuture(outcomeOf(failure)));
  }

  private static Outcome outcomeOf(Throwable failure) {
    return failure instanceof Unanswered unanswered ? unanswered.outcome : Outcome.of(failure);
  }

  private Future<Outcome> read(
      Device device, ReadPlan.Request request, Relocation relocation, Duration timeout) {
    Optional<Relocation.Place> place =
        relocation.place(request.table(), request.address(), request.count());
    if (place.isEmpty()) {
      return Future.succeededFuture(
          new Outcome.Missing(request.place().text() + " is in a model the device does not have"));
    }
    Place onWire = new Place(request.table(), place.get().address(), place.get().count());
    return reader
        .read(device.unit(), at(onWire, request), timeout)
        .map(outcome -> taken(device, request, outcome));
  }

  private static ReadPlan.Request at(Place place, ReadPlan.Request request) {
    return new ReadPlan.Request(place, request.items(), request.end(), request.bracket());
  }

  private Outcome taken(Device device, ReadPlan.Request request, Outcome outcome) {
    if (!outcome.isAnswer()) {
      forget(device);
    }
    return outcome instanceof Outcome.Read(RegisterBlock block)
        ? new Outcome.Read(
            RegisterBlock.read(block.table(), request.address(), words(block), block.readAt()))
        : outcome;
  }

  private static short[] words(RegisterBlock block) {
    short[] words = new short[block.count()];
    block.copyTo(block.address(), words.length, words, 0);
    return words;
  }

  private void forget(Device device) {
    Known last = known.get(device.name());
    if (last != null && isOld(last)) {
      known.remove(device.name());
    }
  }

  private boolean isOld(Known last) {
    return time.monotonicNanos() - last.nanos >= LEAST_AGE.toNanos();
  }

  private Future<Relocation> relocation(Device device, Duration timeout) {
    Known last = known.get(device.name());
    if (last != null && (last.connection == connection.getAsInt() || !isOld(last))) {
      return Future.succeededFuture(last.relocation);
    }
    return SunSpecWalk.walk(
            SunSpecWalk.bases(device.map().segments()),
            (address, count) -> words(device.unit(), address, count, timeout))
        .map(chain -> learn(device, chain.orElse(null)));
  }

  private Future<short[]> words(int unit, int address, int count, Duration timeout) {
    Place place = new Place(RegisterTable.HOLDING, address, count);
    return reader
        .read(unit, new ReadPlan.Request(place, List.of(), "SunSpec", 0), timeout)
        .map(ModelPlaces::words);
  }

  private static short[] words(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Read(RegisterBlock block) -> words(block);
      case Outcome.Refused _ -> new short[0];
      default -> throw new Unanswered(outcome);
    };
  }

  private Relocation learn(Device device, @Nullable SunSpecChain chain) {
    Relocation relocation = Relocation.of(device.map().segments(), chain);
    known.put(device.name(), new Known(relocation, connection.getAsInt(), time.monotonicNanos()));
    tell(device, chain, relocation);
    return relocation;
  }

  private void tell(Device device, @Nullable SunSpecChain chain, Relocation relocation) {
    String found =
        chain == null
            ? "no SunSpec mark at 40000, 50000 or 0"
            : "SunSpec at " + chain.base() + ": models " + ids(chain) + "; " + chain.end();
    String story = found + relocation.differences();
    if (!story.equals(told.put(device.name(), story))) {
      LOG.info("device={} {}", device.name(), found);
      relocation
          .differences()
          .forEach(difference -> LOG.warn("device={} {}", device.name(), difference));
    }
  }

  private static String ids(SunSpecChain chain) {
    List<String> ids =
        chain.models().stream().map(model -> model.id() + " at " + model.address()).toList();
    return String.join(", ", ids);
  }

  /// The place of words on the wire as last found; nothing before the first walk and for what the
  /// device does not have.
  Optional<Relocation.Place> place(Device device, Place place) {
    if (device.map().segments().isEmpty()) {
      return Optional.of(new Relocation.Place(place.address(), place.count()));
    }
    Known last = known.get(device.name());
    return last == null
        ? Optional.empty()
        : last.relocation.place(place.table(), place.address(), place.count());
  }
}
