package dev.voltbus.command;

import dev.voltbus.command.LimitsPayload.Wanted;
import dev.voltbus.command.Refusal.Code;
import dev.voltbus.contract.CommandRequest;
import dev.voltbus.contract.CommandRequest.Delivery;
import dev.voltbus.contract.Control;
import dev.voltbus.contract.Control.BatteryTarget;
import dev.voltbus.contract.Control.LimitTarget;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TimeSource;
import io.vertx.core.buffer.Buffer;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Whether a command may act. It is refused as a whole with the first reason there is; nothing of
/// it has an effect then.
final class Judge {
  private static final double PER_SECOND = 5;
  private static final int BURST = 10;
  private static final int MOST_SHOWN = 40;

  private final Site site;
  private final @Nullable Control control;
  private final TimeSource time;
  private final long token;
  private final RateLimit rate = new RateLimit(PER_SECOND, BURST);
  private final Envelope.Seen seen = new Envelope.Seen();
  private Map<String, String> keys = Map.of();

  /// A command that may act.
  ///
  /// @param wanted limits of SET_LIMITS, null for other commands
  /// @param envelope null if it came without
  record Admitted(
      CommandRequest request,
      BatteryTarget target,
      @Nullable Wanted wanted,
      @Nullable Envelope envelope) {
    String correlation() {
      return envelope == null ? "" : envelope.id();
    }
  }

  /// @param token fencing token of the control's owner
  Judge(Site site, TimeSource time, long token) {
    this.site = site;
    this.control = site.control();
    this.time = time;
    this.token = token;
  }

  Envelope.Seen seen() {
    return seen;
  }

  /// @param bySender keys of senders from now on
  void keys(Map<String, String> bySender) {
    keys = Map.copyOf(bySender);
  }

  /// Whether a command makes things safer: it is taken however many come.
  static boolean isUrgent(String command) {
    return command.equals(Control.PAUSE) || command.equals(Control.STOP);
  }

  Admitted judge(CommandRequest request) throws RefusedException {
    checkDelivery(request);
    if (!Control.COMMANDS.contains(request.name())) {
      throw new RefusedException(
          Code.UNKNOWN_COMMAND,
          "no command `"
              + shortened(request.name())
              + "`; known: "
              + String.join(", ", Control.COMMANDS));
    }
    BatteryTarget target = target(request.device());
    checkDirections(request.name(), target);
    checkPermit(request, target);
    CommandPayload.checkSize(request.payload());
    Admitted admitted = read(request, target);
    boolean isWithinRate = rate.take(request.source(), time.monotonicNanos());
    if (!isWithinRate && !isUrgent(request.name())) {
      throw new RefusedException(
          Code.RATE_LIMIT, "more than " + rate.bound() + " from " + request.source());
    }
    @Nullable Envelope envelope = admitted.envelope;
    if (envelope != null) {
      seen.remember(envelope.key(), time.wallMillis());
    }
    return admitted;
  }

  private void checkDelivery(CommandRequest request) throws RefusedException {
    if (request.delivery() == Delivery.RETAINED) {
      throw new RefusedException(Code.RETAINED, "the broker kept it from an earlier time");
    }
    if (request.delivery() != Delivery.LIVE) {
      throw new RefusedException(Code.QUEUED, "it was there before the gateway listened");
    }
    CommandRequest.Until until = request.until();
    boolean isOver = until.remainingMillis() <= 0;
    if (until.ownerToken() != 0) {
      long nowMillis = TimeUnit.NANOSECONDS.toMillis(time.monotonicNanos());
      isOver |= until.ownerToken() != token || nowMillis > until.ownerMillis();
    }
    if (isOver) {
      throw new RefusedException(Code.TOO_LATE, "its time to live was over when it came");
    }
  }

  private BatteryTarget target(String device) throws RefusedException {
    if (site.devices().stream().noneMatch(each -> each.name().equals(device))) {
      throw new RefusedException(
          Code.UNKNOWN_DEVICE, "site " + site.name() + " has no device " + shortened(device));
    }
    @Nullable Control all = control;
    Optional<BatteryTarget> target = all == null ? Optional.empty() : all.battery(device);
    return target.orElseThrow(() ->
        new RefusedException(
            Code.NO_TARGET, "device " + device + " has no register for limits configured"));
  }

  /// A battery comes to rest only if both directions can be limited.
  private static void checkDirections(String command, BatteryTarget target)
      throws RefusedException {
    if (Control.NEED_BOTH_DIRECTIONS.contains(command)) {
      checkDirection(command, "charge", target.charge(), target);
      checkDirection(command, "discharge", target.discharge(), target);
    }
  }

  private static void checkDirection(
      String what, String direction, @Nullable LimitTarget limit, BatteryTarget target)
      throws RefusedException {
    if (limit == null) {
      throw new RefusedException(
          Code.NO_TARGET,
          what + ": battery " + target.battery() + " has no register that limits " + direction);
    }
  }

  private void checkPermit(CommandRequest request, BatteryTarget target) throws RefusedException {
    if (!target.commands().contains(request.name())) {
      throw new RefusedException(
          Code.NOT_PERMITTED, "battery " + target.battery() + " does not take " + request.name());
    }
    @Nullable Set<String> permitted =
        control == null ? null : control.permits().get(request.origin());
    if (permitted != null && !permitted.contains(request.name())) {
      throw new RefusedException(
          Code.NOT_PERMITTED,
          request.name() + " is not permitted through publication " + request.origin());
    }
  }

  private Admitted read(CommandRequest request, BatteryTarget target) throws RefusedException {
    boolean isLimits = request.name().equals(Control.SET_LIMITS);
    boolean needsEnvelope = control != null && control.requireEnvelope();
    if (!isLimits && !needsEnvelope && !looksEnveloped(request.payload())) {
      return new Admitted(request, target, null, null); // any payload, also none
    }
    CommandPayload payload =
        CommandPayload.read(request.payload(), isLimits ? LimitsPayload.KEYS : Envelope.KEYS);
    @Nullable Envelope envelope = Envelope.of(payload).orElse(null);
    if (envelope == null && needsEnvelope) {
      throw new RefusedException(Code.NO_ENVELOPE, "this site takes signed commands only");
    }
    if (envelope != null) {
      check(envelope, payload, request);
    }
    @Nullable Wanted wanted = isLimits ? limits(payload, request, target) : null;
    return new Admitted(request, target, wanted, envelope);
  }

  /// Whether a payload that need not say anything says that it is signed.
  private static boolean looksEnveloped(Buffer payload) {
    return payload.length() > 0 && payload.toString().contains("\"sig\"");
  }

  private void check(Envelope envelope, CommandPayload payload, CommandRequest request)
      throws RefusedException {
    envelope.checkSignature(
        payload, new Envelope.Addressee(site.name(), request.device(), request.name()), keys);
    envelope.checkTime(time.wallMillis());
    seen.check(envelope, time.wallMillis());
  }

  private static Wanted limits(CommandPayload payload, CommandRequest request, BatteryTarget target)
      throws RefusedException {
    Amperes envelope = BatteryControl.Bounds.of(target).envelope();
    Wanted wanted = LimitsPayload.wanted(payload, request.perAmpere(), envelope);
    checkLimit("charge", wanted.charge(), target.charge(), target);
    checkLimit("discharge", wanted.discharge(), target.discharge(), target);
    return wanted;
  }

  private static void checkLimit(
      String direction, @Nullable Double amperes, @Nullable LimitTarget limit, BatteryTarget target)
      throws RefusedException {
    if (amperes != null) {
      checkDirection(Control.SET_LIMITS, direction, limit, target);
    }
    if (amperes != null && limit != null) {
      checkLeast(amperes, limit);
    }
  }

  /// Only where the register's least value is known in A; with a voltage in it the writer goes to
  /// the least that there is.
  private static void checkLeast(double amperes, LimitTarget target) throws RefusedException {
    double least = new TargetUnits(target).leastAmperes(Double.NaN);
    if (amperes < least) {
      throw new RefusedException(
          Code.BELOW_REGISTER,
          LimitsPayload.plain(amperes)
              + " A is below "
              + LimitsPayload.plain(least)
              + " A, the least that register "
              + target.register()
              + " holds");
    }
  }

  private static String shortened(String text) {
    return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "...";
  }
}
