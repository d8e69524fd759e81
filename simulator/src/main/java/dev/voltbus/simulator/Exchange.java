package dev.voltbus.simulator;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One request on its way through the faults that strike it, from the wire to the device and back.
final class Exchange {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

  private final Vertx vertx;
  private final RequestStream stream;
  private final Framing.Request request;
  private final Asked asked;
  private final ServedUnit unit;
  private final SimulatedDevice device;
  private final List<Fault> faults;
  private final ModbusServer server;

  Exchange(
      Vertx vertx,
      RequestStream stream,
      Framing.Request request,
      Asked asked,
      ServedUnit unit,
      SimulatedDevice device,
      List<Fault> faults,
      ModbusServer server) {
    this.vertx = vertx;
    this.stream = stream;
    this.request = request;
    this.asked = asked;
    this.unit = unit;
    this.device = device;
    this.faults = faults;
    this.server = server;
  }

  void begin() {
    long now = System.nanoTime();
    boolean goesOn = faults.stream().noneMatch(this::endsConnection);
    @Nullable Supplier<@Nullable Buffer> refusal = goesOn ? refusal(now) : () -> null;
    unit.requestAt(now);
    unit.busyAt(now);
    if (refusal == null) {
      after(delay(), this::carryOut);
      return;
    }
    @Nullable Buffer answer = refusal.get();
    if (answer != null) {
      after(delay(), () -> answer(answer));
    }
  }

  /// Strikes the connection, if the fault is of that kind.
  private boolean endsConnection(Fault fault) {
    return switch (fault) {
      case Fault.Close() -> {
        stream.close();
        yield true;
      }
      case Fault.Rst() -> {
        stream.reset();
        yield true;
      }
      case Fault.HalfOpen() -> {
        stream.playDead();
        yield true;
      }
      case Fault.Reboot reboot -> {
        server.reboot(unit, reboot);
        yield true;
      }
      default -> false;
    };
  }

  /// What is answered instead of carrying the request out (null for silence); null if the request
  /// is carried out.
  private @Nullable Supplier<@Nullable Buffer> refusal(long now) {
    for (Fault fault : faults) {
      if (fault instanceof Fault.OfRequest held) {
        @Nullable Supplier<@Nullable Buffer> refusal = refusal(held, now);
        if (refusal != null) {
          return refusal;
        }
      }
    }
    return null;
  }

  private @Nullable Supplier<@Nullable Buffer> refusal(Fault.OfRequest fault, long now) {
    return switch (fault) {
      case Fault.Delay(Duration by) -> null;
      case Fault.Drop(boolean carriedOut) -> carriedOut ? this::carryOutInSilence : () -> null;
      case Fault.Exceptional(int code) -> () -> refused(code);
      case Fault.BusyShare(int percent) ->
          unit.isBusyTurn(percent) ? () -> refused(Refusal.BUSY) : null;
      case Fault.BusyWhenFaster(Duration than) ->
          unit.isSoonerThan(than, now) ? () -> refused(Refusal.BUSY) : null;
      case Fault.MinGap(Duration gap, boolean zeros) ->
          unit.isQuietForLessThan(gap, now) ? () -> zeros ? zeros() : null : null;
      case Fault.Sleep(Duration after) -> unit.isAsleep(after, now) ? () -> null : null;
      case Fault.GapReads() -> touchesGap() ? () -> refused(Refusal.ILLEGAL_ADDRESS) : null;
      case Fault.SplitValues() -> splitsValue() ? () -> refused(Refusal.ILLEGAL_ADDRESS) : null;
    };
  }

  private @Nullable Buffer carryOutInSilence() {
    LOG.debug("unit {} says nothing to {}", request.unit(), perform());
    return null;
  }

  private boolean touchesGap() {
    return asked.reads().stream()
        .anyMatch(range -> !device.isMapped(range.table(), range.address(), range.count()));
  }

  private boolean splitsValue() {
    return asked.reads().stream()
        .anyMatch(range -> device.splits(range.table(), range.address(), range.count()));
  }

  private Buffer refused(int code) {
    return Protocol.refuse(function(), code);
  }

  /// The answer to a read with all its bytes 0; nothing to anything else.
  private @Nullable Buffer zeros() {
    if (!asked.isRead()) {
      return null;
    }
    Buffer right = perform();
    return right.getUnsignedByte(0) == function()
        ? right.getBuffer(0, 2).appendBytes(new byte[right.length() - 2])
        : right;
  }

  private Duration delay() {
    return faults.stream()
        .map(fault -> fault instanceof Fault.Delay(Duration by) ? by : Duration.ZERO)
        .reduce(Duration.ZERO, Duration::plus);
  }

  private void after(Duration time, Runnable action) {
    if (time.isZero()) {
      action.run();
    } else {
      var _ = vertx.setTimer(Math.max(1, time.toMillis()), late -> action.run());
    }
  }

  private void carryOut() {
    answer(perform());
  }

  private Buffer perform() {
    device.suffer(
        faults.stream()
            .filter(fault -> fault instanceof Fault.OfValues)
            .map(fault -> (Fault.OfValues) fault)
            .toList());
    return new Protocol(device, server.writesOf(request.unit())).answer(request.pdu());
  }

  private void answer(Buffer answer) {
    SpoiltAnswer spoilt = new SpoiltAnswer(stream.framing(), request);
    for (Fault fault : faults) {
      if (fault instanceof Fault.OfAnswer own) {
        spoilt.by(own);
      }
    }
    after(spoilt.late(), () -> send(spoilt, answer));
  }

  private void send(SpoiltAnswer spoilt, Buffer answer) {
    spoilt
        .frames(answer, stream.lastAnswer())
        .forEach(frame -> stream.send(frame, spoilt.dribble()));
    stream.remember(stream.framing().wrap(request, answer));
    unit.busyAt(System.nanoTime());
  }

  private int function() {
    return request.pdu().getUnsignedByte(0);
  }
}
