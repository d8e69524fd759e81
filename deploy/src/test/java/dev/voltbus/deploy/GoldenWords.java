package dev.voltbus.deploy;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.Health;
import dev.voltbus.contract.Link;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.Quality;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.RegisterValue;
import dev.voltbus.contract.SingleProcessLeases;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.Wiring;
import dev.voltbus.mapping.MappingVerticle;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A golden folder under `testcases/devices`: `words.txt` with words as a device sent them
/// (`holding 37760: 03d4 0000`, hexadecimal), and `expected.csv` with what they mean.
record GoldenWords(List<RegisterBlock> blocks, List<Expected> expected) {
  private static final Path FOLDER = Path.of("src/test/resources/testcases/devices");
  private static final String SITE = "golden";

  /// One line of `expected.csv`: key,value,text,quality.
  ///
  /// @param value number as published; of a floating point register only its decimals count
  record Expected(String key, @Nullable BigDecimal value, @Nullable String text, Quality quality) {

    private static Expected of(String line) {
      String[] cells = line.split(",", 4);
      if (cells.length < 4) {
        throw new IllegalArgumentException("expected.csv: `" + line + "` has not four cells");
      }
      int lastComma = cells[3].lastIndexOf(',');
      String text = lastComma < 0 ? cells[2] : cells[2] + "," + cells[3].substring(0, lastComma);
      return new Expected(
          cells[0],
          cells[1].isEmpty() ? null : new BigDecimal(cells[1]),
          text.isEmpty() ? null : text,
          Quality.valueOf(cells[3].substring(lastComma + 1).toUpperCase(Locale.ROOT)));
    }

    /// What is different, for people.
    Optional<String> differenceTo(RegisterValue actual) {
      boolean same =
          quality == actual.quality()
              && (text == null || text.equals(actual.text()))
              && sameNumber(actual);
      return same ? Optional.empty() : Optional.of(this + " but " + actual);
    }

    private boolean sameNumber(RegisterValue actual) {
      Double number = actual.value();
      if (value == null || number == null) {
        return number == null || text != null;
      }
      boolean exact = actual.spec().source() instanceof WireSource wire && !wire.type().isFloat();
      return exact ? number == value.doubleValue() : rounded(number).compareTo(value) == 0;
    }

    private BigDecimal rounded(double number) {
      int decimals = value == null ? 0 : value.scale();
      return BigDecimal.valueOf(number).setScale(decimals, RoundingMode.HALF_UP);
    }
  }

  static Path folder(String type) {
    return FOLDER.resolve(type);
  }

  static GoldenWords of(String type) throws IOException {
    return new GoldenWords(
        lines(folder(type).resolve("words.txt")).stream().map(GoldenWords::block).toList(),
        lines(folder(type).resolve("expected.csv")).stream().skip(1).map(Expected::of).toList());
  }

  private static List<String> lines(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .toList();
  }

  private static RegisterBlock block(String line) {
    String[] sides = line.split(":", 2);
    String[] place = sides[0].trim().split(" ", 2);
    String[] hex = sides[1].trim().split("\\s+", -1);
    short[] words = new short[hex.length];
    for (int i = 0; i < hex.length; i++) {
      words[i] = (short) Integer.parseInt(hex[i], 16);
    }
    RegisterTable table = RegisterTable.valueOf(place[0].toUpperCase(Locale.ROOT));
    return RegisterBlock.read(table, Integer.parseInt(place[1]), words, 1);
  }

  /// Lets the mapping verticle decode the words, as if acquisition had just read them.
  Map<String, RegisterValue> decode(Device device) throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      return decode(device, vertx);
    } finally {
      vertx.close().await();
    }
  }

  private Map<String, RegisterValue> decode(Device device, Vertx vertx) throws Exception {
    Bus bus = Bus.over(vertx);
    TimeSource time = TimeSource.system();
    Wiring wiring =
        new Wiring(bus, new SingleProcessLeases(time), time, Metrics.none(), Health.none());
    LinkedBlockingQueue<DeviceSnapshot> snapshots = new LinkedBlockingQueue<>();
    bus.subscribe(Address.snapshots(SITE), snapshots::add).ready().await();
    Link link = Link.to(device.link(), "tcp://127.0.0.1:1");
    Site site = new Site(SITE, List.of(link), List.of(device), List.of());
    vertx.deployVerticle(new MappingVerticle(site, wiring)).await();
    List<DevicePoll> polls = polls(device);
    polls.forEach(poll -> bus.publish(Address.polls(SITE), poll));
    return values(last(snapshots, polls.size()), device.map(), time);
  }

  private List<DevicePoll> polls(Device device) {
    List<DevicePoll> polls = new ArrayList<>();
    for (PollGroup group : device.map().groups()) {
      polls.add(
          new DevicePoll(
              device.name(), group.name(), 1, 1, polls.size() + 1, 0, 60_000, 90_000, blocks));
    }
    return polls;
  }

  private static DeviceSnapshot last(LinkedBlockingQueue<DeviceSnapshot> snapshots, int sequence)
      throws InterruptedException {
    while (true) {
      DeviceSnapshot snapshot = snapshots.poll(30, TimeUnit.SECONDS);
      if (snapshot == null) {
        throw new AssertionError("no snapshot within 30 s");
      }
      if (snapshot.sequence() == sequence) {
        return snapshot;
      }
    }
  }

  /// All values of a snapshot by key, as a receiver sees them now.
  static Map<String, RegisterValue> values(
      DeviceSnapshot snapshot, RegisterMap map, TimeSource time) {
    SnapshotLayout layout = SnapshotLayout.of(map);
    long now = time.monotonicNanos();
    ReceivedSnapshot received = new ReceivedSnapshot(snapshot, layout, now);
    Map<String, RegisterValue> values = new HashMap<>();
    for (int i = 0; i < layout.size(); i++) {
      values.put(layout.spec(i).key(), received.registerValue(i, now));
    }
    return values;
  }
}
