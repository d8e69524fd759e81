package dev.voltbus.contract;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What commands may do at a site: which registers limit which battery, how far, and who may.
///
/// @param batteries those that have limits to set
/// @param onUnknown what holds where no copy of an earlier control state can be read
/// @param permits commands by name of the publication they come through; one that is not named may
///   send all that the battery takes
/// @param requireEnvelope whether each command needs a signed envelope
/// @param clearRetained whether a retained message found on a command topic is cleared
/// @param senders keys of senders by name
public record Control(
    List<BatteryTarget> batteries,
    OnUnknown onUnknown,
    Map<String, Set<String>> permits,
    boolean requireEnvelope,
    boolean clearRetained,
    Map<String, Secret> senders) {

  /// What holds where nothing is known of the time before.
  public enum OnUnknown {
    BASE,
    PAUSED
  }

  public static final String PAUSE = "PAUSE";
  public static final String RESUME = "RESUME";
  public static final String SET_LIMITS = "SET_LIMITS";
  public static final String RESTART = "RESTART";
  public static final String STOP = "STOP";
  public static final String BMSRESET = "BMSRESET";

  /// Every command there is.
  public static final List<String> COMMANDS =
      List.of(PAUSE, RESUME, SET_LIMITS, RESTART, STOP, BMSRESET);

  /// Those that set both limits to 0, and which a battery that has one limit only does not take.
  public static final Set<String> NEED_BOTH_DIRECTIONS = Set.of(PAUSE, STOP);

  /// A value of a device of the site.
  public record ValueRef(String device, String key) {
    @Override
    public String toString() {
      return device + "/" + key;
    }
  }

  /// What a number counts.
  public enum Unit {
    AMPERE,
    /// A times the measured voltage.
    WATT,
    /// Of a rating.
    PERCENT
  }

  /// A number that stands for 100 %.
  ///
  /// @param unit AMPERE or WATT
  public record Rating(double value, Unit unit) {}

  /// The register that limits one direction of a battery's current. Limits are magnitudes in A,
  /// whatever the register counts in.
  ///
  /// @param register writable
  /// @param unit of the register
  /// @param rating for PERCENT, else null
  /// @param step of the register, in its unit; 0 where its scale stands in another register
  /// @param least smallest value it takes, in its unit
  /// @param greatest largest value it takes, in its unit
  /// @param base A that hold without a command
  /// @param most A that no command may pass: the site's envelope
  /// @param safe A that hold at most while the device is not heard
  /// @param allowed what the device itself allows at the moment, or null if it does not say
  /// @param allowedUnit of that value: AMPERE or WATT
  public record LimitTarget(
      ValueRef register,
      Unit unit,
      @Nullable Rating rating,
      double step,
      double least,
      double greatest,
      double base,
      double most,
      double safe,
      @Nullable ValueRef allowed,
      Unit allowedUnit) {}

  /// A register that makes the device end a limit by itself, armed with each one.
  ///
  /// @param register whole seconds; 0 switches the timer off
  /// @param longest most that it takes
  public record DeviceTimer(ValueRef register, Duration longest) {}

  /// A value that a device needs beside its limits, such as one that puts them in force.
  public record FixedWrite(ValueRef register, double value) {}

  /// Times and the current that counts as none.
  ///
  /// @param lostAfter silence of the device after which it counts as not heard
  /// @param grace time that the measured current gets to obey
  /// @param stopWithin time that a battery gets to come to rest before it counts as stopped
  /// @param lowCurrent A up to which it counts as at rest, and by which it may pass a limit
  public record Pace(Duration lostAfter, Duration grace, Duration stopWithin, double lowCurrent) {
    public static final Pace USUAL =
        new Pace(Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofSeconds(30), 1.8);
  }

  /// How one battery is limited. Some devices limit one direction only, such as those of SunSpec
  /// models 123 and 704; a battery with such a target can be limited in it, but not be paused.
  ///
  /// @param battery device that commands are meant for
  /// @param charge register for charging; null if nothing limits it, but not with `discharge`
  /// @param discharge register for discharging; null if nothing limits it, but not with `charge`
  /// @param timer the device's own timer, or null if it has none
  /// @param with written behind the limits, in order
  /// @param current measured current, positive while charging; null if it is not measured
  /// @param voltage measured voltage; null where no register counts in W
  /// @param reset what BMSRESET writes, or null if the device has no such thing
  /// @param commands it takes
  /// @param pace times
  public record BatteryTarget(
      String battery,
      @Nullable LimitTarget charge,
      @Nullable LimitTarget discharge,
      @Nullable DeviceTimer timer,
      List<FixedWrite> with,
      @Nullable ValueRef current,
      @Nullable ValueRef voltage,
      @Nullable FixedWrite reset,
      Set<String> commands,
      Pace pace) {
    public BatteryTarget {
      if (charge == null && discharge == null) {
        throw new IllegalArgumentException("battery " + battery + " has no register for limits");
      }
      with = List.copyOf(with);
      commands = Set.copyOf(commands);
    }

    /// Those that there are, charging first.
    public List<LimitTarget> directions() {
      return Stream.of(Optional.ofNullable(charge), Optional.ofNullable(discharge))
          .flatMap(Optional::stream)
          .toList();
    }
  }

  public Control {
    batteries = List.copyOf(batteries);
    permits = Map.copyOf(permits);
    senders = Map.copyOf(senders);
  }

  public Optional<BatteryTarget> battery(String device) {
    return batteries.stream().filter(each -> each.battery.equals(device)).findFirst();
  }
}
