package dev.voltbus.mqtt;

import dev.voltbus.contract.TimeSource;
import dev.voltbus.outbox.Outbox;
import dev.voltbus.outbox.OutboxOptions;
import dev.voltbus.outbox.OutboxReadException;
import dev.voltbus.outbox.OutboxRecord;
import dev.voltbus.outbox.Stored;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The samples of a publication that must all arrive: each is stored before it is sent, sent in
/// order, and forgotten when the broker has acknowledged it. What waits survives outages and
/// restarts. To be used on one event loop.
final class Spool {
  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

  /// Unacknowledged samples at a time; small enough that the newest values go out between them.
  private static final int WINDOW = 200;

  private static final long RETRY_MILLIS = 200;

  /// Tries, over some ten seconds, before records that cannot be read are passed over.
  private static final int GIVE_UP = 50;

  private final Vertx vertx;
  private final Outbox outbox;
  private final SpoolWatch watch;
  private final BiFunction<Topic, Buffer, Future<Void>> sender;
  private final LongConsumer delivered;
  private @Nullable Promise<Void> emptied;

  /// Counts connections, so that what an earlier one still tells is not taken for this one's.
  private int connection;

  private boolean isOnline;
  private boolean isReading;
  private boolean isSending;
  private boolean isPausing;
  private int inFlight;
  private long sentUpTo;
  private int unreadable;

  private Spool(
      Vertx vertx,
      Outbox outbox,
      SpoolWatch watch,
      BiFunction<Topic, Buffer, Future<Void>> sender,
      LongConsumer delivered) {
    this.vertx = vertx;
    this.outbox = outbox;
    this.watch = watch;
    this.sender = sender;
    this.delivered = delivered;
  }

  /// Opens the publication's outbox with what waits there from before.
  ///
  /// @param options its own folder, and how much it holds
  /// @param sender sends to the broker; completes when the broker has acknowledged
  /// @param delivered told the number of each sample that the broker has acknowledged, or that can
  ///   never be sent
  static Future<Spool> open(
      Vertx vertx,
      TimeSource time,
      SpoolWatch watch,
      OutboxOptions options,
      BiFunction<Topic, Buffer, Future<Void>> sender,
      LongConsumer delivered) {
    return Outbox.open(vertx, options, time, watch)
        .onSuccess(watch::show)
        .map(outbox -> new Spool(vertx, outbox, watch, sender, delivered));
  }

  /// Takes a sample. It is sent as soon as all before it were.
  ///
  /// @return completes with its number when it is stored; one that fails is lost, and counted
  Future<Long> offer(Topic topic, Buffer payload) {
    Buffer sample = new Sample(topic, payload).toBytes();
    int largest = outbox.options().largestPayload();
    if (sample.length() > largest) {
      watch.lost(1, topic.name() + " has " + sample.length() + " bytes, at most " + largest);
      return Future.failedFuture(new OversizedFailure(topic, sample.length(), largest));
    }
    return outbox
        .append(sample)
        .onSuccess(stored -> pump())
        .onFailure(failure -> watch.lost(1, String.valueOf(failure.getMessage())))
        .map(Stored::sequence);
  }

  /// Completes when nothing waits any more.
  Future<Void> emptied() {
    Promise<Void> promise = Promise.promise();
    emptied = promise;
    outbox.flush().onComplete(flushed -> lookIfEmpty());
    return promise.future();
  }

  private void lookIfEmpty() {
    if (emptied != null && outbox.statistics().records() == 0) {
      emptied.tryComplete();
    }
  }

  private void acknowledge(long record) {
    outbox.acknowledge(record);
    delivered.accept(record);
    lookIfEmpty();
  }

  /// The broker is there: begins with the oldest sample that it has not acknowledged.
  void online() {
    connection++;
    isOnline = true;
    inFlight = 0;
    sentUpTo = 0;
    long waiting = outbox.statistics().records();
    if (waiting > 0) {
      LOG.info("{} outbox: {} samples wait and are sent now", watch.label(), waiting);
    }
    pump();
  }

  void offline() {
    isOnline = false;
  }

  private void pump() {
    if (!isOnline || isReading || isSending || isPausing || inFlight >= WINDOW) {
      return;
    }
    isReading = true;
    int on = connection;
    outbox
        .read(sentUpTo, WINDOW - inFlight)
        .onComplete(read -> isReading = false)
        .onSuccess(records -> {
          unreadable = 0;
          send(records, on);
        })
        .onFailure(failure -> unread(failure, on));
  }

  /// A file that stays unreadable must not hold up what stands behind it for ever. What it holds
  /// still counts as waiting, and is tried again with the next connection.
  private void unread(Throwable failure, int on) {
    unreadable++;
    if (unreadable == 1) {
      LOG.warn("{} outbox: {}", watch.label(), failure.getMessage());
    }
    if (unreadable >= GIVE_UP && on == connection && failure instanceof OutboxReadException lost) {
      LOG.error("{} outbox: passed over for now: {}", watch.label(), failure.getMessage());
      sentUpTo = lost.last();
      unreadable = 0;
    }
    pause("cannot read: " + failure.getMessage());
  }

  /// One pause at a time, whoever asks for it meanwhile.
  private void pause(String reason) {
    if (!isPausing) {
      isPausing = true;
      LOG.debug("{} outbox: {}", watch.label(), reason);
      vertx.setTimer(RETRY_MILLIS, id -> pauseOver());
    }
  }

  private void pauseOver() {
    isPausing = false;
    pump();
  }

  private void send(List<OutboxRecord> records, int on) {
    if (on != connection || !isOnline) {
      pump(); // what was read belongs to an earlier connection
      return;
    }
    isSending = true; // an acknowledgement that is there at once must not read them again
    boolean areSent;
    try {
      areSent = records.stream().allMatch(record -> send(record, on));
    } finally {
      isSending = false;
    }
    if (areSent && !records.isEmpty()) {
      pump();
    }
  }

  /// @return false if it could not be sent now, nor can those behind it
  private boolean send(OutboxRecord record, int on) {
    Sample sample;
    try {
      sample = Sample.of(record.payload());
    } catch (IllegalArgumentException unknown) {
      giveUp(record, "record " + record.sequence() + ": " + unknown.getMessage());
      return true;
    }
    Future<Void> sent = sender.apply(sample.topic(), sample.payload());
    if (sent.failed() && sent.cause() instanceof OversizedFailure tooLarge) {
      giveUp(record, String.valueOf(tooLarge.getMessage()));
      return true;
    }
    if (sent.failed()) {
      pause("cannot send: " + sent.cause().getMessage());
      return false;
    }
    sentUpTo = record.sequence();
    inFlight++;
    sent.onSuccess(done -> acknowledge(record.sequence())).onComplete(done -> answered(on));
    return true;
  }

  /// One that can never be sent must not hold up those behind it.
  private void giveUp(OutboxRecord record, String reason) {
    watch.lost(1, reason);
    acknowledge(record.sequence());
    sentUpTo = record.sequence();
  }

  private void answered(int on) {
    if (on == connection) {
      inFlight--;
      pump();
    }
  }

  /// Lets go of the folder; what waits is sent by the next one that opens it.
  Future<Void> close() {
    offline();
    watch.show(null);
    return outbox.close();
  }
}
