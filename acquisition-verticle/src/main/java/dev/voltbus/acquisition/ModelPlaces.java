package dev.voltbus.acquisition;

import dev.voltbus.contract.AddressSegment;
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
import java.util.function.BooleanSupplier;
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

  /// @param doubted whether a request has got no answer since
  private record Known(Relocation relocation, int connection, long nanos, boolean doubted) {
    Known inDoubt() {
      return new Known(relocation, connection, nanos, true);
    }
  }

  /// Where the models stand for certain.
  ///
  /// @param connection number of the connection on which they were found
  record Found(Relocation relocation, int connection) {}

  /// A walk along the chain, with the connection on which its first answer came.
  private final class Walk {
    private final Device device;
    private final Duration timeout;
    private final BooleanSupplier goOn;
    private int on = -1;

    private Walk(Device device, Duration timeout, BooleanSupplier goOn) {
      this.device = device;
      this.timeout = timeout;
      this.goOn = goOn;
    }

    private Future<Known> walk() {
      return SunSpecWalk.walk(SunSpecWalk.bases(device.map().segments()), this::words)
          .map(chain -> learn(device, chain.orElse(null), on));
    }

    private Future<short[]> words(int address, int count) {
      return ModelPlaces.this.words(device, address, count, timeout, goOn).onSuccess(this::heard);
    }

    private void heard(short[] words) {
      on = on < 0 ? connection.getAsInt() : on;
    }
  }

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
    } else {
      doubt(device);
    }
  }

  /// A request to a device got no answer: it may be another one, or the same with other models, by
  /// the time it gives one. No write goes to a place that was found before.
  void doubt(Device device) {
    known.computeIfPresent(device.name(), (name, last) -> last.inDoubt());
  }

  private boolean isOld(Known last) {
    return time.monotonicNanos() - last.nanos >= LEAST_AGE.toNanos();
  }

  private Future<Relocation> relocation(Device device, Duration timeout) {
    Known last = known.get(device.name());
    if (last != null && (last.connection == connection.getAsInt() || !isOld(last))) {
      return Future.succeededFuture(last.relocation);
    }
    return new Walk(device, timeout, () -> true).walk().map(Known::relocation);
  }

  /// Where the models stand, for a write: found on the connection of now, without a request that
  /// was not answered since, and those that are needed still there with their ids and lengths. Else
  /// they are searched now.
  ///
  /// Fails if the device does not answer.
  ///
  /// @param needed what the write touches
  /// @param goOn asked before each read; the search ends when it says no
  Future<Found> certain(
      Device device, List<AddressSegment> needed, Duration timeout, BooleanSupplier goOn) {
    Known last = known.get(device.name());
    if (last == null || last.doubted || last.connection != connection.getAsInt()) {
      return found(device, timeout, goOn);
    }
    Future<Boolean> still = Future.succeededFuture(true);
    for (AddressSegment segment : needed) {
      Optional<SunSpecChain.Model> model = last.relocation.model(segment);
      still =
          still.compose(so ->
              so && model.isPresent()
                  ? isStill(device, model.get(), timeout, goOn)
                  : Future.succeededFuture(so));
    }
    return still.compose(so ->
        so && last.connection == connection.getAsInt()
            ? Future.succeededFuture(new Found(last.relocation, last.connection))
            : found(device, timeout, goOn));
  }

  private Future<Found> found(Device device, Duration timeout, BooleanSupplier goOn) {
    return new Walk(device, timeout, goOn)
        .walk()
        .map(fresh -> new Found(fresh.relocation, fresh.connection));
  }

  private Future<Boolean> isStill(
      Device device, SunSpecChain.Model model, Duration timeout, BooleanSupplier goOn) {
    return words(device, model.address(), SunSpecWalk.HEADER_WORDS, timeout, goOn)
        .map(header ->
            header.length == SunSpecWalk.HEADER_WORDS
                && (header[0] & 0xFFFF) == model.id()
                && (header[1] & 0xFFFF) == model.length());
  }

  private Future<short[]> words(
      Device device, int address, int count, Duration timeout, BooleanSupplier goOn) {
    if (!goOn.getAsBoolean()) {
      return Future.failedFuture(new Unanswered(new Outcome.Unconnected("the search was ended")));
    }
    Place place = new Place(RegisterTable.HOLDING, address, count);
    return reader
        .read(device.unit(), new ReadPlan.Request(place, List.of(), "SunSpec", 0), timeout)
        .map(ModelPlaces::words);
  }

  private static short[] words(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Read(RegisterBlock block) -> words(block);
      case Outcome.Refused _ -> new short[0];
      default -> throw new Unanswered(outcome);
    };
  }

  private Known learn(Device device, @Nullable SunSpecChain chain, int on) {
    Relocation relocation = Relocation.of(device.map().segments(), chain);
    Known fresh = new Known(relocation, on, time.monotonicNanos(), false);
    known.put(device.name(), fresh);
    tell(device, chain, relocation);
    return fresh;
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
