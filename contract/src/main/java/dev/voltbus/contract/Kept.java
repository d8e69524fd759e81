package dev.voltbus.contract;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What was sent on about one device, until every publication in which each sample must arrive has
/// delivered it. Of a publication that only stores, it is kept as long as there is room. The newest
/// is always kept. To be used on one thread.
///
/// @param <T> `DevicePoll` or `DeviceSnapshot`
final class Kept<T extends Message> {
  static final long MOST_BYTES = 256 * 1024;
  static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(60);

  /// Makes a message say for how long it was kept.
  interface Aging<T> {
    T after(T message, long millis);
  }

  private record Item<T>(PollMark mark, T message, int bytes, long sinceNanos) {}

  private final Map<String, Delivered.UpTo> publications = new HashMap<>();
  private final Aging<T> aging;
  private final Metrics.Counter lost;
  private final Deque<Item<T>> items = new ArrayDeque<>();
  private long bytes;

  /// @param publications those that must deliver all of it
  /// @param lost counts what had to be dropped before each of them had at least stored it
  Kept(String device, Set<String> publications, Aging<T> aging, Metrics.Counter lost) {
    publications.forEach(name ->
        this.publications.put(name, new Delivered.UpTo(device, PollMark.NONE, PollMark.NONE)));
    this.aging = aging;
    this.lost = lost;
  }

  /// @param size about as many bytes as it takes
  /// @param sinceNanos since when it was kept, here or at a former owner
  void add(PollMark mark, T message, int size, long sinceNanos) {
    items.add(new Item<>(mark, message, size, sinceNanos));
    bytes += size;
    drop();
    while (items.size() > 1
        && (bytes > MOST_BYTES || sinceNanos - items.getFirst().sinceNanos > LONGEST_NANOS)) {
      if (!isStored(items.getFirst().mark)) {
        lost.increment();
      }
      removeFirst();
    }
  }

  void delivered(String publication, Delivered.UpTo upTo) {
    Delivered.@Nullable UpTo before = publications.get(publication);
    if (before != null) {
      publications.put(
          publication,
          new Delivered.UpTo(
              upTo.device(),
              PollMark.later(before.delivered(), upTo.delivered()),
              PollMark.later(before.stored(), upTo.stored())));
      drop();
    }
  }

  private void drop() {
    while (items.size() > 1 && isDelivered(items.getFirst().mark)) {
      removeFirst();
    }
  }

  private void removeFirst() {
    bytes -= items.removeFirst().bytes;
  }

  private boolean isDelivered(PollMark mark) {
    return publications.values().stream().noneMatch(upTo -> mark.isAfter(upTo.delivered()));
  }

  private boolean isStored(PollMark mark) {
    return publications.values().stream()
        .noneMatch(upTo -> mark.isAfter(PollMark.later(upTo.delivered(), upTo.stored())));
  }

  KeptReply answer(KeptRequest request, long nowNanos) {
    PollMark delivered = deliveredBy(request.publication());
    PollMark after = PollMark.later(request.after(), delivered);
    PollMark newest = items.isEmpty() ? PollMark.NONE : items.getLast().mark;
    List<Message> messages =
        items.stream()
            .filter(item -> item.mark.equals(newest) || item.mark.isAfter(after))
            .<Message>map(item ->
                aging.after(
                    item.message, TimeUnit.NANOSECONDS.toMillis(nowNanos - item.sinceNanos)))
            .toList();
    return new KeptReply(request.device(), after, messages);
  }

  /// Of all together it is what the slowest has. One that need not deliver has missed nothing.
  private PollMark deliveredBy(String publication) {
    Delivered.@Nullable UpTo one = publications.get(publication);
    if (one != null) {
      return one.delivered();
    }
    PollMark newest = items.isEmpty() ? PollMark.NONE : items.getLast().mark;
    return publication.isEmpty()
        ? publications.values().stream()
            .map(Delivered.UpTo::delivered)
            .min(PollMark::compareTo)
            .orElse(newest)
        : newest;
  }

  int size() {
    return items.size();
  }
}
