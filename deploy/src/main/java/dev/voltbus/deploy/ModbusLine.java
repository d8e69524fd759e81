package dev.voltbus.deploy;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.UnitOptions;
import dev.voltbus.modbus.Bits;
import dev.voltbus.modbus.DeviceId;
import dev.voltbus.modbus.ModbusClient;
import dev.voltbus.modbus.ModbusClientOptions;
import dev.voltbus.modbus.ModbusDeviceException;
import dev.voltbus.modbus.ModbusEndpoint;
import dev.voltbus.modbus.ModbusException;
import dev.voltbus.modbus.ModbusRequest;
import dev.voltbus.modbus.ModbusRequest.ReadBits;
import dev.voltbus.modbus.ModbusRequest.ReadDeviceId;
import dev.voltbus.modbus.ModbusRequest.ReadWords;
import dev.voltbus.modbus.Pacing;
import dev.voltbus.modbus.Words;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;

/// One Modbus connection of a commissioning command, used from the command's own thread: each call
/// waits for its answer.
final class ModbusLine implements AutoCloseable {

  /// What came of a question.
  sealed interface Answer {

    /// Time from the question to this, in nanoseconds.
    long nanos();

    /// Words; of coils and discrete inputs 0 or 1 each.
    record Read(Words words, long nanos) implements Answer {
      /// The words as 0..65535.
      int[] numbers() {
        int[] numbers = new int[words.size()];
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = words.unsigned(i);
        }
        return numbers;
      }

      short[] shorts() {
        return words.toArray();
      }
    }

    /// The device, or a gateway before it, said no.
    record Refused(int code, String name, long nanos) implements Answer {
      /// True if a gateway says that the unit behind it is not there.
      boolean isFromGateway() {
        return code == 10 || code == 11;
      }

      /// True if it may be due to some of the registers asked for and not to all.
      boolean mayBePartial() {
        return code >= 1 && code <= 4;
      }

      @Override
      public String toString() {
        return "exception " + code + " (" + name + ")";
      }
    }

    /// No answer that could be used.
    ///
    /// @param advice what to try next, or empty
    /// @param isSent whether the question went out
    record None(String reason, String advice, boolean isSent, long nanos) implements Answer {}
  }

  private final Vertx vertx = Vertx.vertx();
  private final ModbusClient client;
  private final Duration timeout;
  private final Duration longest;
  private String advice = "";

  private ModbusLine(ModbusClientOptions options) {
    this.client = ModbusClient.create(vertx, options);
    this.timeout = options.requestTimeout();
    this.longest = options.requestTimeout().plus(options.connectTimeout());
  }

  /// Sets what a device needs between requests.
  void pace(Device device) {
    UnitOptions needs = device.options();
    client.pace(device.unit(), new Pacing(needs.gap(), needs.wakeUp(), needs.wakeAfterIdle()));
  }

  /// Closes the connection; the next question makes a new one.
  void hangUp() {
    client.disconnect().await();
  }

  /// A line that connects with its first question.
  static ModbusLine open(ModbusClientOptions options) {
    return new ModbusLine(options);
  }

  ModbusEndpoint endpoint() {
    return client.options().endpoint();
  }

  ModbusClient client() {
    return client;
  }

  /// Asks, and if there was no connection to ask over, once more with time to make one.
  Answer read(int unit, RegisterPlace place, int count) {
    return read(unit, place, count, timeout);
  }

  /// The same with a time limit of its own for the answer.
  Answer read(int unit, RegisterPlace place, int count, Duration limit) {
    Answer first = ask(unit, place, count, limit);
    boolean again = first instanceof Answer.None none && none.reason().isEmpty();
    Answer answer = again ? ask(unit, place, count, longest) : first;
    switch (answer) {
      case Answer.Read _ -> {}
      case Answer.Refused refused -> advice = NextStep.after(refused);
      case Answer.None none -> advice = none.advice();
    }
    return answer;
  }

  /// What to try after the last question that brought nothing; empty if nobody knows.
  String advice() {
    return advice;
  }

  private Answer ask(int unit, RegisterPlace place, int count, Duration limit) {
    long began = System.nanoTime();
    try {
      Words words = request(unit, place, count, limit).await();
      return new Answer.Read(words, System.nanoTime() - began);
    } catch (ModbusDeviceException refused) {
      long nanos = System.nanoTime() - began;
      return new Answer.Refused(refused.exceptionCode(), refused.exceptionName(), nanos);
    } catch (ModbusException failed) {
      boolean repeat = !failed.isSent() && limit.compareTo(longest) < 0;
      return new Answer.None(
          repeat ? "" : failed.getMessage(),
          NextStep.after(failed, client.options()),
          failed.isSent(),
          System.nanoTime() - began);
    }
  }

  /// What the unit says about itself, if it knows function 43/14.
  Optional<DeviceId> identity(int unit) {
    try {
      ReadDeviceId question = new ReadDeviceId(unit, ReadDeviceId.Category.REGULAR);
      return Optional.of(client.read(question, longest).await());
    } catch (ModbusException none) {
      return Optional.empty();
    }
  }

  private Future<Words> request(int unit, RegisterPlace place, int count, Duration limit) {
    return switch (question(unit, place, count)) {
      case ReadWords words -> client.read(words, limit);
      case ReadBits bits -> client.read(bits, limit).map(ModbusLine::words);
      default -> throw new IllegalStateException("a read is no write");
    };
  }

  /// The request for a place.
  ///
  /// @throws UsageException for a unit, address or count Modbus does not have
  static ModbusRequest question(int unit, RegisterPlace place, int count) {
    try {
      return switch (place.table()) {
        case HOLDING -> new ModbusRequest.ReadHolding(unit, place.address(), count);
        case INPUT -> new ModbusRequest.ReadInput(unit, place.address(), count);
        case COIL -> new ModbusRequest.ReadCoils(unit, place.address(), count);
        case DISCRETE -> new ModbusRequest.ReadDiscreteInputs(unit, place.address(), count);
        case PUSHED -> throw new UsageException("a value that is pushed has no register to read");
      };
    } catch (IllegalArgumentException outside) {
      throw new UsageException(String.valueOf(outside.getMessage()));
    }
  }

  private static Words words(Bits bits) {
    int[] words = new int[bits.size()];
    for (int i = 0; i < words.length; i++) {
      words[i] = bits.at(i) ? 1 : 0;
    }
    return Words.of(words);
  }

  @Override
  public void close() {
    client.close().await();
    vertx.close().await();
  }
}
