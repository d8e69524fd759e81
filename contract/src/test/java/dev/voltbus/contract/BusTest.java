package dev.voltbus.contract;

import static dev.voltbus.contract.Waiting.await;
import static dev.voltbus.contract.Waiting.awaitFailure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.junit5.VertxExtension;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class BusTest {
  private static final Address<LinkStatus> LINKS = Address.links("demo");
  private static final RequestAddress<LayoutRequest, LayoutReply> LAYOUT =
      RequestAddress.layout("demo", "bms-1");
  private static final LinkStatus UP = new LinkStatus("rack", 1, true, "");
  private static final LayoutReply REPLY = new LayoutReply("bms-1", Samples.battery());

  // Far longer than a test takes: an answer must come because it was given, not at the time-out.
  private static final Duration LONG = Duration.ofMinutes(5);

  private Vertx vertx;
  private Bus bus;

  @BeforeEach
  void open(Vertx vertx) {
    this.vertx = vertx;
    this.bus = Bus.over(vertx);
  }

  private Future<LayoutReply> ask() {
    return bus.request(LAYOUT, new LayoutRequest("bms-1"), LONG);
  }

  private ReplyException refusal(Future<?> answer) {
    return assertInstanceOf(ReplyException.class, awaitFailure(answer));
  }

  private void serve(Function<LayoutRequest, Future<LayoutReply>> handler) {
    await(bus.serve(LAYOUT, handler).ready());
  }

  /// Telemetry inside one process must not cost a serialisation.
  @Test
  void everyListenerInTheProcessGetsTheSameInstance() {
    Promise<LinkStatus> first = Promise.promise();
    Promise<LinkStatus> second = Promise.promise();
    await(bus.subscribe(LINKS, first::complete).ready());
    await(bus.subscribe(LINKS, second::complete).ready());
    bus.publish(LINKS, UP);
    assertSame(UP, await(first.future()));
    assertSame(UP, await(second.future()));
  }

  /// A bus whose cluster does not take up the first so many consumers.
  private Bus refusing(int times) {
    AtomicInteger left = new AtomicInteger(times);
    return new Bus(
        proxy(
            EventBus.class,
            vertx.eventBus(),
            (method, made) ->
                method.equals("consumer") && left.getAndDecrement() > 0
                    ? proxy(
                        MessageConsumer.class,
                        (MessageConsumer<?>) made,
                        (its, done) ->
                            its.equals("completion") ? Future.failedFuture("not taken") : done)
                    : made));
  }

  private static <T> T proxy(Class<T> type, T real, BinaryOperator<Object> answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) ->
                answer.apply(method.getName(), method.invoke(real, arguments))));
  }

  // While members come and go the cluster may not answer in time.
  @Test
  void aConsumerThatTheClusterDoesNotTakeUpIsTriedAgain() {
    Promise<LinkStatus> heard = Promise.promise();
    await(refusing(4).subscribe(LINKS, heard::complete).ready());
    bus.publish(LINKS, UP);
    assertSame(UP, await(heard.future()));
    assertEquals(
        "not taken", awaitFailure(refusing(5).subscribe(LINKS, up -> {}).ready()).getMessage());
  }

  @Test
  void aRequestIsAnsweredByItsServer() {
    Promise<LayoutRequest> asked = Promise.promise();
    serve(question -> {
      asked.complete(question);
      return Future.succeededFuture(REPLY);
    });
    assertSame(REPLY, await(ask()));
    assertEquals(new LayoutRequest("bms-1"), await(asked.future()));
  }

  @Test
  void aMessageOfAnotherTypeIsDroppedAndCounted() {
    Promise<LinkStatus> heard = Promise.promise();
    await(bus.subscribe(LINKS, heard::complete).ready());
    sendRaw(LINKS.name(), new UnknownMessage(99, "from the future"));
    sendRaw(LINKS.name(), new LayoutRequest("bms-1"));
    vertx.eventBus().publish(LINKS.name(), "not even a message");
    bus.publish(LINKS, UP);
    assertSame(UP, await(heard.future()));
    assertEquals(3, bus.dropped());
  }

  private void sendRaw(String address, Message message) {
    vertx.eventBus().publish(address, message, new DeliveryOptions().setCodecName(Frames.NAME));
  }

  @Test
  void aCancelledSubscriptionHearsNothing() {
    Promise<LinkStatus> cancelled = Promise.promise();
    Promise<LinkStatus> heard = Promise.promise();
    Bus.Subscription gone = bus.subscribe(LINKS, cancelled::complete);
    await(gone.ready());
    await(bus.subscribe(LINKS, heard::complete).ready());
    await(gone.cancel());
    bus.publish(LINKS, UP);
    assertSame(UP, await(heard.future()));
    assertEquals(false, cancelled.future().isComplete());
  }

  @Test
  void withoutAnOwnerARequestFailsAtOnce() {
    assertEquals(ReplyFailure.NO_HANDLERS, refusal(ask()).failureType());
  }

  @Test
  void anOwnerThatDoesNotAnswerIsATimeOut() {
    serve(question -> Promise.<LayoutReply>promise().future());
    Future<LayoutReply> answer =
        bus.request(LAYOUT, new LayoutRequest("bms-1"), Duration.ofMillis(20));
    assertEquals(ReplyFailure.TIMEOUT, refusal(answer).failureType());
  }

  @Test
  void aFailedAnswerTellsItsReason() {
    serve(question -> Future.failedFuture("device bms-1 is not mapped here"));
    ReplyException refusal = refusal(ask());
    assertEquals(ReplyFailure.RECIPIENT_FAILURE, refusal.failureType());
    assertEquals(500, refusal.failureCode());
    assertEquals("device bms-1 is not mapped here", refusal.getMessage());
  }

  /// Otherwise the asker would sit out the whole time limit for a plain programming mistake.
  @Test
  void aHandlerThatThrowsFailsTheRequestAtOnce() {
    serve(question -> {
      throw new IllegalStateException("broken");
    });
    ReplyException refusal = refusal(ask());
    assertEquals(ReplyFailure.RECIPIENT_FAILURE, refusal.failureType());
    assertEquals("broken", refusal.getMessage());
  }

  @Test
  void aFailureWithoutMessageStillSaysWhatItWas() {
    serve(question -> Future.failedFuture(new ArithmeticException()));
    assertEquals("java.lang.ArithmeticException", refusal(ask()).getMessage());
  }

  @Test
  void aQuestionOfAnotherTypeIsRefusedAndCounted() {
    serve(question -> Future.succeededFuture(REPLY));
    DeliveryOptions options = new DeliveryOptions().setCodecName(Frames.NAME);
    ReplyException refusal =
        refusal(vertx.eventBus().request(LAYOUT.name(), new UnknownMessage(99, "x"), options));
    assertEquals(400, refusal.failureCode());
    assertEquals("not a LayoutRequest", refusal.getMessage());
    assertEquals(1, bus.dropped());
  }

  /// The owner may run a newer version and answer in a form this node cannot read.
  @Test
  void anAnswerOfAnotherTypeFailsAndIsCounted() {
    DeliveryOptions options = new DeliveryOptions().setCodecName(Frames.NAME);
    await(
        vertx
            .eventBus()
            .consumer(LAYOUT.name(), message -> message.reply(new UnknownMessage(99, "x"), options))
            .completion());
    ReplyException refusal = refusal(ask());
    assertEquals("answer is not a LayoutReply", refusal.getMessage());
    assertEquals(1, bus.dropped());
  }
}
