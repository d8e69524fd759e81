package dev.voltbus.deploy;

import dev.voltbus.simulator.Endpoint;
import dev.voltbus.simulator.SimulatedServers;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which device listens where: the options of `voltbus simulate` in the order they were given.
final class SimulatePlan {
  /// A device that was asked for.
  private static final class Wanted {
    private final String name;
    private @Nullable Integer unit;

    private Wanted(String name) {
      this.name = name;
    }
  }

  private record Place(Endpoint endpoint, List<Wanted> devices) {}

  private final SimulatorFiles files;
  private final Endpoint.@Nullable TlsFiles tls;
  private final List<Place> places = new ArrayList<>();
  private final List<Wanted> unplaced = new ArrayList<>();
  private @Nullable Wanted last;

  SimulatePlan(SimulatorFiles files, Endpoint.@Nullable TlsFiles tls) {
    this.files = files;
    this.tls = tls;
  }

  /// @param arguments options and their values, as `--unit 1` or `--unit=1`
  /// @throws ConfigException if a device file or a profile is faulty
  List<SimulatedServers.Server> read(List<String> arguments) throws ConfigException {
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      int equals = argument.indexOf('=');
      boolean joined = argument.startsWith("--") && equals > 0;
      String name = joined ? argument.substring(0, equals) : argument;
      if (joined || i + 1 < arguments.size()) {
        take(name, joined ? argument.substring(equals + 1) : arguments.get(i + 1));
      }
    }
    List<SimulatedServers.Server> servers = new ArrayList<>();
    for (Place place : places) {
      servers.add(server(place));
    }
    return servers;
  }

  private void take(String option, String value) {
    switch (option) {
      case "--listen" -> listen(value);
      case "--device" -> device(value);
      case "--unit" -> unit(value);
      default -> {
        return;
      }
    }
  }

  /// Devices that follow, and those before the first one, are served here.
  void listen(String url) {
    try {
      Place place = new Place(Endpoint.parse(url, tls), new ArrayList<>());
      place.devices().addAll(unplaced);
      unplaced.clear();
      places.add(place);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "--listen "
              + e.getMessage()
              + (url.startsWith("tls:") ? ": --tls-certificate and --tls-key" : ""));
    }
  }

  private void device(String name) {
    last = new Wanted(name);
    (places.isEmpty() ? unplaced : places.getLast().devices()).add(last);
  }

  private void unit(String id) {
    int unit = Integer.parseInt(id);
    if (last == null) {
      throw new UsageException("--unit " + id + " has no --device before it");
    }
    if (unit < 0 || unit > 255) {
      throw new UsageException("--unit " + id + " is not in 0..255");
    }
    last.unit = unit;
  }

  private SimulatedServers.Server server(Place place) throws ConfigException {
    List<SimulatedServers.Unit> units = new ArrayList<>();
    for (Wanted wanted : place.devices()) {
      SimulatorFiles.Simulated simulated = files.load(wanted.name);
      int unit = wanted.unit == null ? simulated.profile().unit() : wanted.unit;
      if (units.stream().anyMatch(other -> other.unit() == unit)) {
        throw new UsageException(
            "two devices have unit " + unit + " on one listener; give one another --unit");
      }
      units.add(new SimulatedServers.Unit(unit, simulated.type().map(), simulated.profile()));
    }
    if (units.isEmpty()) {
      throw new UsageException("a --listen has no --device");
    }
    return new SimulatedServers.Server(place.endpoint(), units);
  }
}
