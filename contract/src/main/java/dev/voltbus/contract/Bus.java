package dev.voltbus.contract;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The typed door to the event bus: verticles talk through it and through nothing else.
public final class Bus {
  private static final Logger LOG = LoggerFactory.getLogger(Bus.class);
  private static final int NOT_UNDERSTOOD = 400;
  private static final int FAILED = 500;

  private final EventBus events;
  private final DeliveryOptions options = new DeliveryOptions().setCodecName(Frames.NAME);
  private final LongAdder dropped = new LongAdder();

  /// @param events which has the codec
  Bus(EventBus events) {
    this.events = events;
  }

  /// The bus of a Vert.x instance. Call once for each instance: it registers the codec.
  public static Bus over(Vertx vertx) {
    vertx.eventBus().registerCodec(new Frames());
    return new Bus(vertx.eventBus());
  }

  /// Hands a message to everyone who listens on any node.
  public <T extends Message> void publish(Address<T> address, T message) {
    events.publish(address.name(), message, options);
  }

  /// Listens until the subscription is cancelled. A message of another type is counted and dropped.
  public <T extends Message> Subscription subscribe(Address<T> address, Consumer<T> listener) {
    return consumer(
        address.name(),
        message -> {
          if (address.type().isInstance(message.body())) {
            listener.accept(address.type().cast(message.body()));
          } else {
            drop(address.name(), message.body());
          }
        });
  }

  private Subscription consumer(
      String address, Handler<io.vertx.core.eventbus.Message<Object>> handler) {
    return new Subscription(address, () -> events.consumer(address, handler));
  }

  /// Asks the holder of a shard's lease. Fails with a `ReplyException` if nobody answers in time;
  /// "no handler" and time-out mean the same: ask again with the same id until its life is over.
  public <Q extends Message, R extends Message> Future<R> request(
      RequestAddress<Q, R> address, Q question, Duration limit) {
    DeliveryOptions limited = new DeliveryOptions(options).setSendTimeout(limit.toMillis());
    return events
        .<Object>request(address.name(), question, limited)
        .compose(reply -> understood(address, reply.body()));
  }

  private <R extends Message> Future<R> understood(RequestAddress<?, R> address, Object answer) {
    if (address.answer().isInstance(answer)) {
      return Future.succeededFuture(address.answer().cast(answer));
    }
    drop(address.name(), answer);
    return Future.failedFuture(
        new ReplyException(
            ReplyFailure.RECIPIENT_FAILURE,
            NOT_UNDERSTOOD,
            "answer is not a " + address.answer().getSimpleName()));
  }

  /// Answers requests until the subscription is cancelled. Only the holder of the shard's lease may
  /// call this: a second consumer would take messages away from the first.
  public <Q extends Message, R extends Message> Subscription serve(
      RequestAddress<Q, R> address, Function<Q, Future<R>> handler) {
    return consumer(
        address.name(),
        message -> {
          if (!address.question().isInstance(message.body())) {
            drop(address.name(), message.body());
            message.fail(NOT_UNDERSTOOD, "not a " + address.question().getSimpleName());
            return;
          }
          Q question = address.question().cast(message.body());
          answer(handler, question)
              .onSuccess(answer -> message.reply(answer, options))
              .onFailure(failure -> message.fail(FAILED, reason(failure)));
        });
  }

  /// A handler that throws has failed too: its asker must hear of it now, not at the time-out.
  private static <Q, R> Future<R> answer(Function<Q, Future<R>> handler, Q question) {
    return Future.succeededFuture(question).compose(handler);
  }

  private static String reason(Throwable failure) {
    @Nullable String message = failure.getMessage();
    return message == null ? failure.toString() : message;
  }

  /// Messages dropped because this node could not understand them.
  public long dropped() {
    return dropped.sum();
  }

  private void drop(String address, Object message) {
    dropped.increment();
    LOG.debug("bus={} dropped {}", address, message);
  }

  /// A consumer on the bus. One that the cluster does not take up, as may happen while members come
  /// and go, is tried again.
  public static final class Subscription {
    private static final int MOST_TRIES = 5;

    private final String address;
    private final Supplier<MessageConsumer<Object>> making;
    private final Future<Void> ready;
    private volatile MessageConsumer<Object> consumer;
    private volatile boolean isCancelled;

    private Subscription(String address, Supplier<MessageConsumer<Object>> making) {
      this.address = address;
      this.making = making;
      this.consumer = making.get();
      this.ready = registered(consumer, MOST_TRIES);
    }

    private Future<Void> registered(MessageConsumer<Object> made, int tries) {
      return made.completion()
          .recover(failure -> {
            if (tries == 1 || isCancelled) {
              return Future.failedFuture(failure);
            }
            LOG.warn("bus={} not registered, tried again: {}", address, failure.getMessage());
            return made.unregister().otherwiseEmpty().compose(gone -> again(tries - 1));
          });
    }

    private Future<Void> again(int tries) {
      if (isCancelled) {
        return Future.failedFuture(address + " was cancelled");
      }
      MessageConsumer<Object> made = making.get();
      consumer = made;
      return registered(made, tries);
    }

    /// Completes when every node of the cluster knows of it.
    public Future<Void> ready() {
      return ready;
    }

    public Future<Void> cancel() {
      isCancelled = true;
      return consumer.unregister();
    }
  }
}
