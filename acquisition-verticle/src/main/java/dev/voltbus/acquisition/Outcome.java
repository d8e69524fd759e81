package dev.voltbus.acquisition;

import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.modbus.ModbusClosedException;
import dev.voltbus.modbus.ModbusConnectException;
import dev.voltbus.modbus.ModbusConnectionLostException;
import dev.voltbus.modbus.ModbusDeadlineException;
import dev.voltbus.modbus.ModbusDeviceException;
import dev.voltbus.modbus.ModbusException;
import dev.voltbus.modbus.ModbusOverloadException;
import dev.voltbus.modbus.ModbusProtocolException;
import dev.voltbus.modbus.ModbusTimeoutException;

/// What became of one read request.
sealed interface Outcome {
  /// The words came.
  record Read(RegisterBlock block) implements Outcome {}

  /// The device refused these registers.
  ///
  /// @param code exception code (Modbus Application Protocol 7)
  record Refused(int code, String story) implements Outcome {
    /// Whether the refusal may be due to some of the registers asked for and not to all.
    boolean mayBePartial() {
      return code >= 1 && code <= 4;
    }
  }

  /// The device does not have the model that these registers belong to. Nothing was asked.
  record Missing(String story) implements Outcome {}

  /// The device is there and has no time: exceptions 5 and 6.
  record Busy(String story) implements Outcome {}

  /// The unit did not answer, or its gateway says so: exceptions 10 and 11.
  record Silent(String story) implements Outcome {}

  /// There was no connection to ask through.
  record Unconnected(String story) implements Outcome {}

  /// A request is out alone, so one that waited until its deadline waited for the connection.
  static Outcome of(Throwable failure) {
    String story = String.valueOf(failure.getMessage());
    if (!(failure instanceof ModbusException known)) {
      return new Silent(story);
    }
    return switch (known) {
      case ModbusDeviceException refused -> of(refused.exceptionCode(), story);
      case ModbusConnectException _, ModbusDeadlineException _, ModbusClosedException _ ->
          new Unconnected(story);
      case ModbusTimeoutException _,
          ModbusConnectionLostException _,
          ModbusProtocolException _,
          ModbusOverloadException _ ->
          new Silent(story);
    };
  }

  private static Outcome of(int code, String story) {
    return switch (code) {
      case 5, 6 -> new Busy(story);
      case 10, 11 -> new Silent(story);
      default -> new Refused(code, story);
    };
  }

  /// Whether the unit was heard.
  default boolean isAnswer() {
    return switch (this) {
      case Read _, Refused _, Missing _, Busy _ -> true;
      case Silent _, Unconnected _ -> false;
    };
  }

  /// Why there are no words; `NONE` where there are.
  default QualityReason reason() {
    return switch (this) {
      case Read _ -> QualityReason.NONE;
      case Refused _ -> QualityReason.REFUSED;
      case Missing _ -> QualityReason.NOT_FOUND;
      case Busy _ -> QualityReason.BUSY;
      case Silent _ -> QualityReason.NO_ANSWER;
      case Unconnected _ -> QualityReason.NO_CONNECTION;
    };
  }

  /// What went wrong, for people; empty if nothing did.
  default String story() {
    return switch (this) {
      case Read _ -> "";
      case Refused(int _, String story) -> story;
      case Missing(String story) -> story;
      case Busy(String story) -> story;
      case Silent(String story) -> story;
      case Unconnected(String story) -> story;
    };
  }
}
