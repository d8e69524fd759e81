package dev.voltbus.command;

import dev.voltbus.command.Judge.Admitted;
import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.CommandResult.About;
import dev.voltbus.contract.CommandResult.Status;
import dev.voltbus.contract.Control;
import dev.voltbus.contract.Control.BatteryTarget;
import dev.voltbus.contract.Control.LimitTarget;
import dev.voltbus.contract.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The accepted commands of a battery of which there is still something to tell: the one whose
/// limit runs, and the one whose way to the device is told.
final class Orders {
  private final BatteryTarget target;
  private final Situation situation;
  private final Consumer<CommandResult> reader;
  private @Nullable Order limiting;
  private @Nullable Order onItsWay;

  /// How it is at the moment.
  interface Situation {
    /// Limits in force.
    Limits effective();

    /// Unix milliseconds of the end of the limit that runs; 0 without one.
    long expiresAt();

    /// Time left until then.
    int remainingMillis();

    /// Whether a command's limit is in force.
    boolean isLimited();
  }

  /// An accepted command.
  ///
  /// @param id of its request
  /// @param remarks what else there is to say of it
  record Order(
      String id, About about, String correlation, Limits requested, List<Remark> remarks) {}

  /// @param code for programs
  /// @param text for people
  record Remark(String code, String text) {}

  /// @param reader told what becomes of commands after their first answer
  Orders(BatteryTarget target, Situation situation, Consumer<CommandResult> reader) {
    this.target = target;
    this.situation = situation;
    this.reader = reader;
  }

  /// A limit runs on, or has just ended, that a command set in the time of a process before this.
  void goOn(SavedControl.Limit limit) {
    SavedControl.Command command = limit.command();
    if (!command.id().isEmpty()) {
      About about = new About(Control.SET_LIMITS, target.battery(), command.origin());
      limiting = new Order(command.id(), about, command.correlation(), limit.asked(), List.of());
    }
  }

  /// Whether the way of a command to the device is told.
  boolean isAnyOnItsWay() {
    return onItsWay != null;
  }

  /// Takes a command up.
  ///
  /// @param next what it makes of the control
  /// @param trouble that it was accepted in spite of; empty if there was none
  Order begin(Admitted admitted, BatteryControl next, String trouble) {
    @Nullable TimedLimit limit = admitted.wanted() == null ? null : next.limit();
    Order order =
        new Order(
            admitted.request().id(),
            About.of(admitted.request()),
            admitted.correlation(),
            limit == null ? Limits.NONE : limit.asked(),
            remarks(next, limit, trouble));
    if (limit != null) {
      @Nullable Order former = limiting;
      if (former != null) {
        tell(former, Status.REPLACED, null);
      }
      limiting = order;
    }
    onItsWay = order;
    return order;
  }

  /// The first answer, once it is in force.
  CommandResult accepted(Order order) {
    return result(order, Status.ACCEPTED, joined(order.remarks));
  }

  /// The device has what is in force.
  void settled(boolean isVerified) {
    @Nullable Order order = onItsWay;
    if (order == null) {
      return;
    }
    tell(order, Status.WRITTEN, joined(order.remarks));
    if (isVerified) {
      tell(order, Status.VERIFIED, joined(order.remarks));
    }
    if (target.current() == null) {
      over(order);
    }
  }

  void failed(String code, String text) {
    @Nullable Order order = onItsWay;
    if (order != null) {
      tell(order, Status.FAILED, new Remark(code, text));
    }
  }

  void followed() {
    @Nullable Order order = onItsWay;
    if (order != null) {
      tell(order, Status.FOLLOWED, null);
      over(order);
    }
  }

  void notFollowed(String text) {
    @Nullable Order order = onItsWay;
    if (order != null) {
      tell(order, Status.NOT_FOLLOWED, new Remark("current", text));
    }
  }

  /// What becomes of a limit is told for as long as it runs.
  private void over(Order order) {
    onItsWay = situation.isLimited() ? order : null;
  }

  /// The limit that ran is over.
  void expired() {
    @Nullable Order order = limiting;
    limiting = null;
    if (order != null) {
      tell(order, Status.EXPIRED, null);
      onItsWay = order.equals(onItsWay) ? null : onItsWay;
    }
  }

  /// Something that is no matter of limits was done, or was not.
  void done(Order order, boolean isDone, String text) {
    tell(
        order,
        isDone ? Status.WRITTEN : Status.FAILED,
        text.isEmpty() ? null : new Remark("device", text));
    onItsWay = null;
  }

  private void tell(Order order, Status status, @Nullable Remark remark) {
    reader.accept(result(order, status, remark));
  }

  private CommandResult result(Order order, Status status, @Nullable Remark remark) {
    boolean isRunning = order.equals(limiting);
    return new CommandResult(
        order.id,
        status,
        remark == null ? "" : remark.text,
        remark == null ? "" : remark.code,
        order.about,
        order.correlation,
        order.requested,
        situation.effective(),
        isRunning ? situation.expiresAt() : 0,
        isRunning ? situation.remainingMillis() : 0);
  }

  // ---- remarks

  private List<Remark> remarks(BatteryControl next, @Nullable TimedLimit limit, String trouble) {
    List<Remark> remarks = new ArrayList<>();
    if (!trouble.isEmpty()) {
      remarks.add(new Remark(Refusal.Code.NOT_KEPT.word(), trouble));
    }
    if (limit != null) {
      if (next.mode() != BatteryControl.Mode.RUNNING) {
        remarks.add(new Remark("not-running", "in force once the battery is resumed"));
      }
      remarkBase(remarks, "max_charge", limit.charge(), target.charge());
      remarkBase(remarks, "max_discharge", limit.discharge(), target.discharge());
      remarkAllowed(remarks, "charge", limit.charge(), next.allowed().charge());
      remarkAllowed(remarks, "discharge", limit.discharge(), next.allowed().discharge());
    }
    return remarks;
  }

  private static void remarkBase(
      List<Remark> remarks, String name, @Nullable Double given, @Nullable LimitTarget target) {
    if (given == null && target != null) {
      remarks.add(
          new Remark(
              "at-base",
              name + " not given: at its base of " + LimitsPayload.plain(target.base()) + " A"));
    }
  }

  private static void remarkAllowed(
      List<Remark> remarks, String direction, @Nullable Double given, double allowed) {
    if (given != null && given > allowed) {
      remarks.add(
          new Remark(
              "device-allows-less",
              "the device allows " + LimitsPayload.plain(allowed) + " A of " + direction + " now"));
    }
  }

  private static @Nullable Remark joined(List<Remark> remarks) {
    return remarks.isEmpty()
        ? null
        : new Remark(
            remarks.getFirst().code,
            String.join("; ", remarks.stream().map(Remark::text).toList()));
  }
}
