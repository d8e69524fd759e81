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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// One poll of one group: its requests one after the other. A refusal by the device costs one
/// block; a missing answer or connection fails the rest of the poll at once, so that a dead device
/// costs its neighbours one time-out and no more.
final class PollRun {
  private final GroupPolls group;
  private final ModbusClient client;
  private final Lease lease;
  private final Duration timeout;
  private final TimeSource time;
  private final List<RegisterBlock> blocks = new ArrayList<>();
  private long oldestNanos;
  private boolean anyRead;

  PollRun(GroupPolls group, ModbusClient client, Lease lease, Duration timeout, TimeSource time) {
    this.group = group;
    this.client = client;
    this.lease = lease;
    this.timeout = timeout;
    this.time = time;
  }

  Future<DevicePoll> run() {
    if (blocks.size() == group.plan().requests().size()) {
      return Future.succeededFuture(poll());
    }
    ReadPlan.Request next = group.plan().requests().get(blocks.size());
    if (!lease.isValid()) {
      failRest(QualityReason.NO_CONNECTION, "lease is over");
      return run();
    }
    return read(next)
        .map(block -> add(block, true))
        .otherwise(failure -> add(failed(next, failure), false))
        .compose(more -> run());
  }

  /// The poll of a link that has no connection and does not try for one now.
  DevicePoll unconnected(String reason) {
    failRest(QualityReason.NO_CONNECTION, reason);
    return poll();
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

  private boolean add(RegisterBlock block, boolean read) {
    if (read && !anyRead) {
      oldestNanos = time.monotonicNanos();
      anyRead = true;
    }
    blocks.add(block);
    if (!read && block.reason() != QualityReason.REFUSED) {
      failRest(block.reason(), block.failure());
    }
    return true;
  }

  private static RegisterBlock failed(ReadPlan.Request request, Throwable failure) {
    QualityReason reason =
        failure instanceof ModbusException known ? reason(known) : QualityReason.NO_ANSWER;
    return RegisterBlock.failed(
        request.table(),
        request.address(),
        request.count(),
        reason,
        String.valueOf(failure.getMessage()));
  }

  private static QualityReason reason(ModbusException failure) {
    return switch (failure) {
      case ModbusDeviceException refused -> QualityReason.REFUSED;
      case ModbusConnectException unreachable -> QualityReason.NO_CONNECTION;
      case ModbusClosedException closed -> QualityReason.NO_CONNECTION;
      case ModbusTimeoutException silent -> QualityReason.NO_ANSWER;
      case ModbusDeadlineException late -> QualityReason.NO_ANSWER;
      case ModbusConnectionLostException lost -> QualityReason.NO_ANSWER;
      case ModbusProtocolException wrong -> QualityReason.NO_ANSWER;
      case ModbusOverloadException full -> QualityReason.NO_ANSWER;
    };
  }

  private void failRest(QualityReason reason, String failure) {
    List<ReadPlan.Request> requests = group.plan().requests();
    while (blocks.size() < requests.size()) {
      ReadPlan.Request request = requests.get(blocks.size());
      blocks.add(
          RegisterBlock.failed(
              request.table(), request.address(), request.count(), reason, failure));
    }
  }

  private DevicePoll poll() {
    long age = anyRead ? TimeUnit.NANOSECONDS.toMillis(time.monotonicNanos() - oldestNanos) : 0;
    return new DevicePoll(
        group.device().name(),
        group.group().name(),
        lease.token(),
        group.epoch(),
        group.watch().nextSequence(),
        (int) Math.min(Integer.MAX_VALUE, age),
        (int) group.group().staleAfter().toMillis(),
        (int) group.group().unavailableAfter().toMillis(),
        blocks);
  }
}
