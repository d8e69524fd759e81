package dev.voltbus.simulator;

import java.time.Duration;

/// What goes wrong with a simulated device. A fault is armed for a unit and holds until it is
/// replaced; it strikes when a request for that unit comes in.
///
/// Each fault has a text form, such as `delay:500ms`, which [FaultText] reads and writes; it is the
/// same on the command line, on standard input and over HTTP. Several faults may hold at once.
public sealed interface Fault {

  /// The fault as people write it.
  default String text() {
    return FaultText.of(this);
  }

  /// Reads the text form.
  ///
  /// @throws IllegalArgumentException naming the word that is wrong and what would be valid
  static Fault parse(String text) {
    return FaultText.parse(text);
  }

  /// All is well: `none`.
  record None() implements Fault {}

  // ---- Faults that decide whether and how a request is carried out.

  /// A fault of the way from the wire to the device.
  sealed interface OfRequest extends Fault {}

  /// The request is carried out late, and answered then: `delay:500ms`.
  record Delay(Duration by) implements OfRequest {
    public Delay {
      FaultText.checkDuration("delay", by);
    }
  }

  /// There is no answer: `drop`, or `drop:carried-out` if the device did what it was asked.
  record Drop(boolean carriedOut) implements OfRequest {
    /// The request is lost: neither carried out nor answered.
    public Drop() {
      this(false);
    }
  }

  /// The device refuses whatever it is asked and does nothing: `exception:6`.
  ///
  /// @param code exception code 1..255
  record Exceptional(int code) implements OfRequest {
    public Exceptional {
      FaultText.check("exception", code, 1, 255);
    }
  }

  /// That share of the requests is refused with exception 6, evenly spread: `busy:30%`.
  record BusyShare(int percent) implements OfRequest {
    public BusyShare {
      FaultText.check("busy", percent, 1, 100);
    }
  }

  /// A request that comes sooner than this after the one before is refused with exception 6:
  /// `busy:200ms`.
  record BusyWhenFaster(Duration than) implements OfRequest {
    public BusyWhenFaster {
      FaultText.checkDuration("busy", than);
    }
  }

  /// A request that comes sooner than this after the last answer (or after the last request, if
  /// that had none) is not answered, or a read of it is answered by zeros: `min-gap:50ms`,
  /// `min-gap:50ms:zeros`. It is not carried out.
  record MinGap(Duration gap, boolean zeros) implements OfRequest {
    public MinGap {
      FaultText.checkDuration("min-gap", gap);
    }
  }

  /// After this time without a request the device is asleep: the next request only wakes it up and
  /// is lost: `sleep:5s`. It is asleep when the fault is armed.
  record Sleep(Duration after) implements OfRequest {
    public Sleep {
      FaultText.checkDuration("sleep", after);
    }
  }

  /// A read that touches an address without a value is refused with exception 2: `gap-reads`.
  record GapReads() implements OfRequest {}

  /// A read that begins or ends inside a value is refused with exception 2: `split-values`.
  record SplitValues() implements OfRequest {}

  // ---- Faults that spoil an answer; the request is carried out.

  /// A fault of the way from the device to the wire.
  sealed interface OfAnswer extends Fault {}

  /// The request is carried out at once, its answer is sent after this time: `late:2s`.
  record Late(Duration by) implements OfAnswer {
    public Late {
      FaultText.checkDuration("late", by);
    }
  }

  /// The answer bears another unit id, greater by this much, modulo 256: `wrong-unit`,
  /// `wrong-unit:5`.
  record WrongUnit(int by) implements OfAnswer {
    public WrongUnit {
      FaultText.check("wrong-unit", by, 1, 255);
    }
  }

  /// The answer bears another transaction id, greater by this much, modulo 65536:
  /// `wrong-transaction`, `wrong-transaction:-1`. Without effect where there is none (RTU, ASCII).
  record WrongTransaction(int by) implements OfAnswer {
    public WrongTransaction {
      FaultText.check("wrong-transaction", by, -65535, 65535);
    }
  }

  /// The answer bears this function code: `wrong-function:4`.
  record WrongFunction(int function) implements OfAnswer {
    public WrongFunction {
      FaultText.check("wrong-function", function, 0, 255);
    }
  }

  /// A read is answered with that many words more than were asked for, or fewer, in a frame that is
  /// sound: `wrong-count:-1`.
  record WrongCount(int by) implements OfAnswer {
    public WrongCount {
      FaultText.check("wrong-count", by, -125, 125);
    }
  }

  /// The answer says that it is that many bytes longer than it is, or shorter: in the length field
  /// of the header, or without one in the byte count of the answer: `wrong-length:2`.
  record WrongLength(int by) implements OfAnswer {
    public WrongLength {
      FaultText.check("wrong-length", by, -250, 250);
    }
  }

  /// The checksum of the answer is wrong: `wrong-crc`. Without effect where there is none (TCP).
  record WrongCrc() implements OfAnswer {}

  /// Instead of its answer, or before it, the answer to the request before comes: `foreign`,
  /// `foreign:first`. If there was none, the answer of unit id + 1 to a read of one word.
  record Foreign(boolean first) implements OfAnswer {}

  /// The answer is cut after this many bytes: `truncate:9`.
  record Truncate(int bytes) implements OfAnswer {
    public Truncate {
      FaultText.check("truncate", bytes, 0, 1000);
    }
  }

  /// The answer comes byte by byte, with this time between two bytes: `dribble:20ms`.
  record Dribble(Duration gap) implements OfAnswer {
    public Dribble {
      FaultText.checkDuration("dribble", gap);
    }
  }

  /// A refusal has the form of TinyBMS's own protocol, function code 0, the refused function, error
  /// 0 for a command it does not take: `native-errors` (contract tinybms section 6).
  record NativeErrors() implements OfAnswer {}

  // ---- Faults of the connection; the request is not carried out.

  /// A fault that strikes the connection a request came on.
  sealed interface OfConnection extends Fault {}

  /// The connection is closed: `close`.
  record Close() implements OfConnection {}

  /// The connection is reset (TCP RST): `rst`.
  record Rst() implements OfConnection {}

  /// The connection stays open and nothing on it is ever answered again, not even after the fault
  /// is gone; whatever it is asked is not carried out: `half-open`.
  record HalfOpen() implements OfConnection {}

  /// The server restarts, once: all its connections are reset, new ones are refused for this time,
  /// its devices begin again: `reboot:5s`.
  record Reboot(Duration by) implements OfConnection {
    public Reboot {
      FaultText.checkDuration("reboot", by);
    }
  }

  /// The server has one connection only: a further one is closed at once, or with
  /// `single-connection:newest` takes the place of the one before: `single-connection`.
  record SingleConnection(boolean newest) implements OfConnection {}

  // ---- Faults of the values the device shows.

  /// A fault of what is read.
  sealed interface OfValues extends Fault {}

  /// The first word of a value of several words is that of the read before, the others are of now:
  /// `torn`.
  record Torn() implements OfValues {}

  /// At every second read the scale factor registers are moved by this much, with the raw numbers
  /// of their values to match: `scale-factor:-1`.
  record ScaleFactor(int by) implements OfValues {
    public ScaleFactor {
      FaultText.check("scale-factor", by, -10, 10);
    }
  }

  /// Each address shows the word that belongs to the address this much above it: `address-shift:1`.
  record AddressShift(int by) implements OfValues {
    public AddressShift {
      FaultText.check("address-shift", by, -1000, 1000);
    }
  }

  /// All values stay as they were at the first read: `frozen`.
  record Frozen() implements OfValues {}

  // ---- When a fault strikes. They may be nested; the outer condition is judged first.

  /// A fault that strikes only some requests.
  sealed interface When extends Fault {
    Fault fault();
  }

  /// Strikes the next so many requests, then no more: `next:3:drop`.
  record Next(int requests, Fault fault) implements When {
    public Next {
      FaultText.check("next", requests, 1, 1_000_000);
    }
  }

  /// Strikes every so manieth request: `every:10:drop`.
  record Every(int requests, Fault fault) implements When {
    public Every {
      FaultText.check("every", requests, 1, 1_000_000);
    }
  }

  /// Strikes requests that touch one of these addresses, in any table: `at:305:exception:2`,
  /// `at:305..310:drop`.
  record Touching(int from, int to, Fault fault) implements When {
    public Touching {
      FaultText.check("at", from, 0, 65535);
      FaultText.check("at", to, from, 65535);
    }
  }

  /// Strikes functions that read and do not write: `reads:delay:1s`.
  record OnReads(Fault fault) implements When {}

  /// Strikes functions that write: `writes:drop`.
  record OnWrites(Fault fault) implements When {}
}
