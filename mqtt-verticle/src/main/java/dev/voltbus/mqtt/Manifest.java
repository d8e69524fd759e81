package dev.voltbus.mqtt;

import io.vertx.core.CompositeFuture;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.AsyncMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The topics on which a publication may have left retained messages at its broker, in this run and
/// in earlier ones: a list on this node's disk and the same in a map of the cluster, so that also
/// another node knows them.
///
/// A list is replaced as a whole. One that is spoiled or cannot be written is said, and nothing
/// waits long for it: a cluster in trouble must not keep values from the broker.
final class Manifest {
  private static final Logger LOG = LoggerFactory.getLogger(Manifest.class);
  private static final String MAP = "voltbus.retained";
  private static final String FIRST_LINE = "voltbus retained topics 1";
  private static final String LAST_LINE = "end ";
  private static final long LIMIT_MILLIS = 2_000;
  private static final long MOST_BYTES = 16_000_000;

  private final Vertx vertx;
  private final @Nullable Path folder;
  private final String label;

  /// Where a list is kept: `site/publication/broker`.
  record Place(String site, String publication, String broker) {
    /// @throws IllegalArgumentException if it is none
    static Place parse(String text) {
      String[] parts = text.split("/", -1);
      if (parts.length != 3) {
        throw new IllegalArgumentException("`" + text + "` is not site/publication/broker");
      }
      return new Place(parts[0], parts[1], parts[2]);
    }

    @Override
    public String toString() {
      return site + "/" + publication + "/" + broker;
    }
  }

  /// @param state folder for what outlives the process; null keeps the list in the cluster alone
  /// @param label start of log lines
  Manifest(Vertx vertx, @Nullable Path state, String label) {
    this.vertx = vertx;
    this.folder = state == null ? null : state.resolve("retained");
    this.label = label;
  }

  /// All that is known of some places, on disk or in the cluster. Does not fail.
  Future<Set<String>> read(Collection<Place> places) {
    Set<String> topics = new HashSet<>();
    return vertx
        .executeBlocking(() -> readFiles(places))
        .onSuccess(topics::addAll)
        .compose(read -> map())
        .compose(map -> get(map, places))
        .onSuccess(read ->
            read.<@Nullable String>list().stream()
                .filter(Objects::nonNull)
                .forEach(text -> topics.addAll(lines(text))))
        .timeout(LIMIT_MILLIS, TimeUnit.MILLISECONDS)
        .recover(failure -> ignored("cannot be read", failure))
        .map(read -> Set.copyOf(topics));
  }

  /// The places of a site at a broker that have a list. Does not fail.
  Future<Set<Place>> places(String site, String broker) {
    Set<Place> places = new HashSet<>();
    return vertx
        .executeBlocking(() -> placesOnDisk(site, broker))
        .onSuccess(places::addAll)
        .compose(found -> map())
        .compose(AsyncMap::keys)
        .onSuccess(keys ->
            keys.stream()
                .map(Place::parse)
                .filter(place -> place.site.equals(site) && place.broker.equals(broker))
                .forEach(places::add))
        .timeout(LIMIT_MILLIS, TimeUnit.MILLISECONDS)
        .recover(failure -> ignored("cannot be listed", failure))
        .map(found -> Set.copyOf(places));
  }

  /// Notes the topics of a place instead of those noted before. Does not fail; completes when they
  /// are noted as well as it goes.
  Future<Void> write(Place place, Set<String> topics) {
    String text = String.join("\n", new TreeSet<>(topics));
    return vertx
        .<Void>executeBlocking(() -> {
          writeFile(place, text);
          return null;
        })
        .recover(failure -> ignored("cannot be written", failure))
        .compose(written -> map())
        .compose(map -> put(map, place, text))
        .<Void>mapEmpty()
        .timeout(LIMIT_MILLIS, TimeUnit.MILLISECONDS)
        .recover(failure -> ignored("cannot be shared", failure));
  }

  private static Future<CompositeFuture> get(
      AsyncMap<String, String> map, Collection<Place> places) {
    return Future.join(places.stream().map(place -> map.get(place.toString())).toList());
  }

  private static Future<?> put(AsyncMap<String, String> map, Place place, String text) {
    return text.isEmpty() ? map.remove(place.toString()) : map.put(place.toString(), text);
  }

  private Future<AsyncMap<String, String>> map() {
    return vertx.sharedData().getAsyncMap(MAP);
  }

  private <T> Future<@Nullable T> ignored(String what, Throwable failure) {
    LOG.warn(
        "{} list of retained topics {}: what is no longer sent may stay at the broker: {}",
        label,
        what,
        failure.toString());
    return Future.succeededFuture();
  }

  // ---- on disk

  private Set<String> readFiles(Collection<Place> places) {
    Set<String> topics = new HashSet<>();
    for (Place place : places) {
      @Nullable Path file = file(place);
      if (file != null && Files.exists(file)) {
        try {
          topics.addAll(parsed(file));
        } catch (IOException unreadable) {
          LOG.warn(
              "{} {} cannot be read ({}): what earlier runs left at the broker is not cleared",
              label,
              file,
              unreadable.toString());
        }
      }
    }
    return topics;
  }

  private @Nullable Path file(Place place) {
    return folder == null ? null : folder.resolve(place.toString());
  }

  private static List<String> parsed(Path file) throws IOException {
    if (Files.size(file) > MOST_BYTES) {
      throw new IOException(Files.size(file) + " bytes are more than " + MOST_BYTES);
    }
    List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    int count = lines.size() - 2;
    boolean isWhole =
        count >= 0
            && lines.getFirst().equals(FIRST_LINE)
            && lines.getLast().equals(LAST_LINE + count);
    if (!isWhole) {
      throw new IOException("not a whole list");
    }
    List<String> topics = lines.subList(1, count + 1);
    for (String topic : topics) {
      if (!isTopic(topic)) {
        throw new IOException("`" + topic + "` is not a topic");
      }
    }
    return topics;
  }

  private static boolean isTopic(String text) {
    return !text.isEmpty()
        && text.chars().noneMatch(each -> each == 0 || each == '+' || each == '#');
  }

  private static List<String> lines(String text) {
    return Arrays.stream(text.split("\n", -1)).filter(Manifest::isTopic).toList();
  }

  private Set<Place> placesOnDisk(String site, String broker) throws IOException {
    Set<Place> places = new HashSet<>();
    if (folder != null && Files.isDirectory(folder.resolve(site))) {
      try (var publications = Files.list(folder.resolve(site))) {
        publications
            .filter(each -> Files.exists(each.resolve(broker)))
            .forEach(each -> places.add(new Place(site, each.getFileName().toString(), broker)));
      }
    }
    return places;
  }

  private void writeFile(Place place, String text) throws IOException {
    @Nullable Path file = file(place);
    if (file == null) {
      return;
    }
    if (text.isEmpty()) {
      Files.deleteIfExists(file);
      return;
    }
    List<String> topics = text.lines().toList();
    String whole = FIRST_LINE + "\n" + text + "\n" + LAST_LINE + topics.size() + "\n";
    if (Files.exists(file) && whole.equals(Files.readString(file))) {
      return;
    }
    Files.createDirectories(file.getParent());
    Path half = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel =
        FileChannel.open(
            half,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(whole);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
