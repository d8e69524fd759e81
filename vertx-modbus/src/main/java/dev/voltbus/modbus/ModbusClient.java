package dev.voltbus.modbus;

import dev.voltbus.modbus.ModbusRequest.MaskWrite;
import dev.voltbus.modbus.ModbusRequest.ReadBits;
import dev.voltbus.modbus.ModbusRequest.ReadCoils;
import dev.voltbus.modbus.ModbusRequest.ReadDeviceId;
import dev.voltbus.modbus.ModbusRequest.ReadDiscreteInputs;
import dev.voltbus.modbus.ModbusRequest.ReadHolding;
import dev.voltbus.modbus.ModbusRequest.ReadInput;
import dev.voltbus.modbus.ModbusRequest.ReadWords;
import dev.voltbus.modbus.ModbusRequest.ReadWriteRegisters;
import dev.voltbus.modbus.ModbusRequest.Write;
import dev.voltbus.modbus.ModbusRequest.WriteCoil;
import dev.voltbus.modbus.ModbusRequest.WriteCoils;
import dev.voltbus.modbus.ModbusRequest.WriteRegister;
import dev.voltbus.modbus.ModbusRequest.WriteRegisters;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/// A Modbus master on one connection, shared by all units behind it.
///
/// - One request is outstanding at a time; the others wait, writes before reads, in order
///   otherwise.
/// - A request has a deadline, counted from the call. When it passes, the future fails, whatever
///   the request waits for. A request that was not sent by then never is.
/// - Nothing is ever sent twice, but a read to a unit that sleeps (see [Pacing]). There is no
///   reconnect policy here: a request connects when there is no connection, once, and when that
///   fails every waiting request fails with it.
/// - Over RTU and ASCII unit 0 is the broadcast: a write to it succeeds when it was sent and the
///   turnaround time is over, anything else throws IllegalArgumentException.
/// - What is not the answer (late, of another unit, function or shape, damaged) is dropped and
///   counted, and the wait goes on until the deadline. A timeout keeps the connection; on a wire
///   without transaction ids its unit is then left alone until the late answer can no longer come.
///   Three timeouts in a row in which nothing at all came give the connection up.
/// - A unit with a [Pacing] is left alone as long as it asks for; others are served meanwhile. Such
///   pauses come on top of a request's deadline.
/// - Futures complete on the context of the caller, with a [ModbusException] when they fail.
/// - A caller on the context that created the client hears of the end of a connection, and of a
///   failed attempt to make one, before the request that met it fails.
///
/// Arguments outside the limits of [ModbusRequest] throw IllegalArgumentException at once.
///
/// j2mod logs each frame at DEBUG: set the logger `com.ghgande.j2mod` to WARN.
public interface ModbusClient {
  /// A client that connects with its first request.
  static ModbusClient create(Vertx vertx, ModbusClientOptions options) {
    return ConnectionActor.start(vertx, options);
  }

  ModbusClientOptions options();

  /// Reads registers; the deadline lies `timeout` from now, 1 ms..10 min.
  Future<Words> read(ReadWords request, Duration timeout);

  /// Reads coils or discrete inputs; the deadline lies `timeout` from now, 1 ms..10 min.
  Future<Bits> read(ReadBits request, Duration timeout);

  /// Writes, before all reads that wait; the deadline lies `timeout` from now, 1 ms..10 min. It
  /// succeeds when the device has echoed the request. After a failure for which
  /// [ModbusException#isSent] holds the outcome is unknown.
  default Future<Void> write(Write request, Duration timeout) {
    return write(request, timeout, () -> true);
  }

  /// The same for a write that may lose its right to be sent while it waits.
  ///
  /// @param permit asked on the client's thread immediately before the bytes go out; when it says
  ///   no the future fails with a [ModbusDeadlineException] and nothing was sent
  Future<Void> write(Write request, Duration timeout, BooleanSupplier permit);

  /// Writes and reads in one transaction (function 23), before all reads that wait; the deadline
  /// lies `timeout` from now, 1 ms..10 min. Failures mean what they mean for [#write].
  default Future<Words> exchange(ReadWriteRegisters request, Duration timeout) {
    return exchange(request, timeout, () -> true);
  }

  /// The same with a permit, as for [#write].
  Future<Words> exchange(ReadWriteRegisters request, Duration timeout, BooleanSupplier permit);

  /// Reads the device's identification (function 43/14), with as many requests as its answer needs,
  /// which all share one deadline; it lies `timeout` from now, 1 ms..10 min.
  Future<DeviceId> read(ReadDeviceId request, Duration timeout);

  /// Function 1 with the default deadline.
  default Future<Bits> readCoils(int unit, int address, int count) {
    return read(new ReadCoils(unit, address, count), options().requestTimeout());
  }

  /// Function 2 with the default deadline.
  default Future<Bits> readDiscreteInputs(int unit, int address, int count) {
    return read(new ReadDiscreteInputs(unit, address, count), options().requestTimeout());
  }

  /// Function 3 with the default deadline.
  default Future<Words> readHolding(int unit, int address, int count) {
    return read(new ReadHolding(unit, address, count), options().requestTimeout());
  }

  /// Function 4 with the default deadline.
  default Future<Words> readInput(int unit, int address, int count) {
    return read(new ReadInput(unit, address, count), options().requestTimeout());
  }

  /// Function 5 with the default deadline.
  default Future<Void> writeCoil(int unit, int address, boolean on) {
    return write(new WriteCoil(unit, address, on), options().requestTimeout());
  }

  /// Function 6 with the default deadline; `word` is unsigned.
  default Future<Void> writeRegister(int unit, int address, int word) {
    return write(new WriteRegister(unit, address, word), options().requestTimeout());
  }

  /// Function 15 with the default deadline.
  default Future<Void> writeCoils(int unit, int address, Bits bits) {
    return write(new WriteCoils(unit, address, bits), options().requestTimeout());
  }

  /// Function 16 with the default deadline.
  default Future<Void> writeRegisters(int unit, int address, Words words) {
    return write(new WriteRegisters(unit, address, words), options().requestTimeout());
  }

  /// Function 22 with the default deadline; see [MaskWrite].
  default Future<Void> maskWrite(int unit, int address, int and, int or) {
    return write(new MaskWrite(unit, address, and, or), options().requestTimeout());
  }

  /// Function 23 with the default deadline: writes `words` at `writeAddress`, then reads.
  default Future<Words> readWriteRegisters(
      int unit, int address, int count, int writeAddress, Words words) {
    return exchange(
        new ReadWriteRegisters(unit, address, count, writeAddress, words),
        options().requestTimeout());
  }

  /// Function 43/14 with the default deadline.
  default Future<DeviceId> readDeviceId(int unit, ReadDeviceId.Category category) {
    return read(new ReadDeviceId(unit, category), options().requestTimeout());
  }

  /// Sets what a unit needs between requests, from now on; [Pacing#NONE] is the default.
  ///
  /// @param unit 0..255
  ModbusClient pace(int unit, Pacing pacing);

  /// Closes the connection when the outstanding request is over, before those that wait; the next
  /// one connects anew. Completes when it is closed, at once when there is none.
  Future<Void> disconnect();

  /// Sets the one handler that hears of connection changes, on the context that created the client.
  ModbusClient connectionHandler(Handler<ConnectionState> handler);

  /// The counters as of now.
  ModbusCounters counters();

  /// Fails what waits, lets the outstanding request finish for at most the default deadline, closes
  /// the connection. The future completes when the client's thread has ended; later requests fail.
  Future<Void> close();
}
