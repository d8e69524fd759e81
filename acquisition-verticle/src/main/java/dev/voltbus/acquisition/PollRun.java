package dev.voltbus.acquisition;

import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.modbus.Bits;
import dev.voltbus.modbus.ModbusClient;
import dev.voltbus.modbus.ModbusClosedException;
import dev.voltbus.modbus.ModbusConnectException;
import dev.voltbus.modbus.ModbusConnectionLostException;
import dev.voltbus.modbus.ModbusDeadlineException;
import dev.voltbus.modbus.ModbusDeviceException;
import dev.voltbus.modbus.ModbusException;
import dev.voltbus.modbus.ModbusOverloadException;
import dev.voltbus.modbus.ModbusProtocolException;
import dev.voltbus.modbus.ModbusRequest;
import dev.voltbus.modbus.ModbusTimeoutException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// One poll of one group: its requests one after the other. A refusal by the device costs one
/// block; a missing answer or connection fails the rest of the poll at once, so that a dead device
/// costs its neighbours one time-out and no more.
final class PollRun {
  /// Exception codes of a gateway whose device did not answer (Modbus Application Protocol 7).
  private static final Set<Integer> GATEWAY_CODES = Set.of(10, 11);

  private final GroupPolls group;
  private final ModbusClient client;
  private final Lease lease;
  private final Duration timeout;
  private final TimeSource time;
  private final List<RegisterBlock> blocks = new ArrayList<>();
  private final Promise<Void> done = Promise.promise();
  private long oldestNanos;
  private boolean anyRead;

  PollRun(GroupPolls group, ModbusClient client, Lease lease, Duration timeout, TimeSource time) {
    this.group = group;
    this.client = client;
    this.lease = lease;
    this.timeout = timeout;
    this.time = time;
  }

  /// Reads block after block. Never fails: what went wrong stands in the blocks.
  Future<Void> run() {
    step();
    return done.future();
  }

  /// Fails all that was not read yet for want of a connection.
  void giveUp(String reason) {
    failRest(QualityReason.NO_CONNECTION, reason);
  }

  private void step() {
    if (!lease.isValid()) {
      giveUp("lease is over");
    }
    if (blocks.size() == group.plan().requests().size()) {
      done.complete();
      return;
    }
    ReadPlan.Request next = group.plan().requests().get(blocks.size());
    Future.succeededFuture(next)
        .compose(this::read)
        .onSuccess(this::addRead)
        .onFailure(failure -> addFailed(next, failure))
        .onComplete(ended -> step());
  }

  private Future<RegisterBlock> read(ReadPlan.Request request) {
    int unit = group.device().unit();
    int address = request.address();
    int count = request.count();
    return switch (request.table()) {
      case HOLDING ->
          client
              .read(new ModbusRequest.ReadHolding(unit, address, count), timeout)
              .map(words -> block(request, words.toArray()));
      case INPUT ->
          client
              .read(new ModbusRequest.ReadInput(unit, address, count), timeout)
              .map(words -> block(request, words.toArray()));
      case COIL ->
          client
              .read(new ModbusRequest.ReadCoils(unit, address, count), timeout)
              .map(bits -> block(request, words(bits)));
      case DISCRETE ->
          client
              .read(new ModbusRequest.ReadDiscreteInputs(unit, address, count), timeout)
              .map(bits -> block(request, words(bits)));
    };
  }

  private RegisterBlock block(ReadPlan.Request request, short[] words) {
    return RegisterBlock.read(request.table(), request.address(), words, time.wallMillis());
  }

  private static short[] words(Bits bits) {
    short[] words = new short[bits.size()];
    for (int i = 0; i < words.length; i++) {
      words[i] = (short) (bits.at(i) ? 1 : 0);
    }
    return words;
  }

  private void addRead(RegisterBlock block) {
    if (!anyRead) {
      oldestNanos = time.monotonicNanos();
      anyRead = true;
    }
    blocks.add(block);
  }

  private void addFailed(ReadPlan.Request request, Throwable failure) {
    QualityReason reason =
        failure instanceof ModbusException known ? reason(known) : QualityReason.NO_ANSWER;
    String story = String.valueOf(failure.getMessage());
    blocks.add(failed(request, reason, story));
    if (reason != QualityReason.REFUSED) {
      failRest(reason, story);
    }
  }

  /// A request is out alone, so one that waited until its deadline waited for the connection.
  private static QualityReason reason(ModbusException failure) {
    return switch (failure) {
      case ModbusDeviceException refused ->
          GATEWAY_CODES.contains(refused.exceptionCode())
              ? QualityReason.NO_ANSWER
              : QualityReason.REFUSED;
      case ModbusConnectException unreachable -> QualityReason.NO_CONNECTION;
      case ModbusDeadlineException late -> QualityReason.NO_CONNECTION;
      case ModbusClosedException closed -> QualityReason.NO_CONNECTION;
      case ModbusTimeoutException silent -> QualityReason.NO_ANSWER;
      case ModbusConnectionLostException lost -> QualityReason.NO_ANSWER;
      case ModbusProtocolException wrong -> QualityReason.NO_ANSWER;
      case ModbusOverloadException full -> QualityReason.NO_ANSWER;
    };
  }

  private void failRest(QualityReason reason, String story) {
    List<ReadPlan.Request> requests = group.plan().requests();
    while (blocks.size() < requests.size()) {
      blocks.add(failed(requests.get(blocks.size()), reason, story));
    }
  }

  private static RegisterBlock failed(
      ReadPlan.Request request, QualityReason reason, String story) {
    return RegisterBlock.failed(request.table(), request.address(), request.count(), reason, story);
  }

  List<RegisterBlock> blocks() {
    return blocks;
  }

  /// Whether it broke off for want of a connection.
  boolean lacksConnection() {
    return !blocks.isEmpty() && blocks.getLast().reason() == QualityReason.NO_CONNECTION;
  }

  /// What goes to the bus, to be called at the moment of sending.
  DevicePoll poll(long epoch, long sequence) {
    long age = anyRead ? TimeUnit.NANOSECONDS.toMillis(time.monotonicNanos() - oldestNanos) : 0;
    return new DevicePoll(
        group.device().name(),
        group.group().name(),
        lease.token(),
        epoch,
        sequence,
        (int) Math.min(Integer.MAX_VALUE, age),
        millis(group.group().staleAfter()),
        millis(group.group().unavailableAfter()),
        blocks);
  }

  private static int millis(Duration age) {
    return (int) Math.min(Integer.MAX_VALUE, age.toMillis());
  }
}
