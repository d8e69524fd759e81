package dev.voltbus.deploy;

import dev.voltbus.contract.Device;
import dev.voltbus.deploy.ModbusLine.Answer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads what a device file names, once or again and again, by the requests of the gateway.
///
/// A request of several registers that is refused is asked again register by register, as the
/// gateway would search it: so the bad one shows by name.
final class DeviceRound {
  private final ReadReport report;
  private final Device device;
  private final boolean strict;
  private final ReadValues values = new ReadValues();
  private @Nullable ModelSearch models;

  /// @param strict whether a model that the device does not have is a fault
  DeviceRound(ReadReport report, Device device, boolean strict) {
    this.report = report;
    this.device = device;
    this.strict = strict;
  }

  /// Reads everything once; true if all of it came.
  boolean read(ModbusLine open) {
    ModelSearch found = models(open);
    if (found.isWithoutMark()) {
      return false;
    }
    List<DeviceRead> reads = DeviceRead.of(device, found);
    long missing = reads.stream().filter(read -> !show(open, read)).count();
    return missing == 0 && !(strict && lacks(reads));
  }

  /// Whether registers lie in models that the device does not have.
  private boolean lacks(List<DeviceRead> reads) {
    long asked = reads.stream().flatMap(read -> read.codecs().stream()).distinct().count();
    return asked < device.map().registers().size();
  }

  private ModelSearch models(ModbusLine open) {
    ModelSearch known = models;
    if (known != null && !known.isWithoutMark()) {
      return known;
    }
    open.pace(device);
    ModelSearch found = ModelSearch.of(open, device.unit(), device.map());
    found.lines().forEach(report.out()::println);
    models = found;
    return found;
  }

  private boolean show(ModbusLine open, DeviceRead read) {
    report.question(read.place(), read.count());
    Answer answer = open.read(device.unit(), read.place(), read.count());
    return switch (answer) {
      case Answer.Read words -> say(read, words);
      case Answer.Refused refused when refused.mayBePartial() && read.codecs().size() > 1 ->
          alone(open, read, refused);
      case Answer.Refused _, Answer.None _ -> report.missing(read.place(), answer);
    };
  }

  private boolean say(DeviceRead read, Answer.Read words) {
    values.lines(read, words.shorts()).forEach(report.out()::println);
    return true;
  }

  private boolean alone(ModbusLine open, DeviceRead read, Answer.Refused refused) {
    report.out().println("  refused, " + refused + "; register by register:");
    boolean whole = true;
    for (DeviceRead one : read.alone()) {
      Answer answer = open.read(device.unit(), one.place(), one.count());
      whole &= answer instanceof Answer.Read words ? say(one, words) : refuse(one, answer);
    }
    return whole;
  }

  private boolean refuse(DeviceRead one, Answer answer) {
    String reason = answer instanceof Answer.None none ? none.reason() : answer.toString();
    report
        .out()
        .println(
            "  %-20s %-24s %s"
                .formatted(
                    one.place(one.codecs().getFirst()),
                    one.codecs().getFirst().spec().key(),
                    reason));
    return false;
  }
}
