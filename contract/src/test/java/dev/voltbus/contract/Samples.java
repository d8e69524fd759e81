package dev.voltbus.contract;

import io.vertx.core.buffer.Buffer;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Messages and maps that tests share. The typical ones are pinned byte for byte by golden files: a
/// new field gets a new sample, the old ones stay as they are.
final class Samples {
  private Samples() {}

  /// A small battery: two groups, a number, a text, bits, and derived values over both groups.
  static RegisterMap battery() {
    return new RegisterMap(
        "sample-bms",
        List.of(
            RegisterSpec.of("pack_voltage", WireSource.holding(36, WireType.U16))
                .withScaling(Scaling.by("0.01"))
                .withPresentation(
                    Presentation.NONE
                        .withLabel("Battery Pack Voltage")
                        .withUnit("V")
                        .withPrecision(2)
                        .withDbusPath("/Dc/0/Voltage")
                        .withValueClass(ValueClass.FLOAT))
                .inGroup("fast"),
            RegisterSpec.of("pack_current", current())
                .withScaling(new Scaling(new BigDecimal("0.1"), new BigDecimal("-0.5"), true))
                .withPresentation(Presentation.NONE.withUnit("A").withPrecision(1))
                .inGroup("fast"),
            RegisterSpec.of("temperature", WireSource.holding(42, WireType.S16))
                .withAbsent(-32768L)
                .inGroup("slow"),
            RegisterSpec.of("limit", WireSource.holding(318, WireType.U16))
                .writable(new RawRange(0L, 500L, 100L))
                .inGroup("slow")
                .asInternal(),
            RegisterSpec.of("maker", WireSource.holding(500, WireType.STRING).withWords(2))
                .inGroup("slow"),
            RegisterSpec.of("status", WireSource.holding(50, WireType.BITS))
                .withPresentation(Presentation.NONE.withTexts(Map.of(0L, "full", 1L, "fault")))
                .inGroup("fast"),
            RegisterSpec.of(
                    "pack_power", Derivation.of(Derivation.Op.PRODUCT, "pack_voltage", "limit"))
                .inGroup("fast"),
            RegisterSpec.of("state", Derivation.lookup("status", Map.of(1L, 5L, 2L, 9L), 0).at(50))
                .withPresentation(Presentation.NONE.withTexts(Map.of(1L, "charged")))
                .inGroup("fast")),
        List.of(
            PollGroup.every("fast", Duration.ofSeconds(1)),
            PollGroup.every("slow", Duration.ofSeconds(10))),
        new ReadLimits(100, 4));
  }

  private static WireSource current() {
    return new WireSource(
        RegisterTable.INPUT,
        38,
        2,
        WireType.S32,
        WordOrder.LOW_FIRST,
        ByteOrder.LOW_FIRST,
        new BitSlice(0, 24));
  }

  /// An inverter with a scale factor in a register, guards, a model that may stand elsewhere, and
  /// the types and orders that came later than the battery's.
  static RegisterMap inverter() {
    WireSource energy =
        WireSource.holding(44, WireType.U64).withWordOrder(WordOrder.LOW_PAIR_HIGH_WORD);
    return new RegisterMap(
        "sample-inverter",
        List.of(
            RegisterSpec.of("power", WireSource.holding(42, WireType.S16))
                .withScaling(Scaling.ONE.withScaleRegister("power_sf"))
                .withGuard(
                    Guard.range("-5000", "5000.5").withMaxRate("250").confirmedBy(7).keepingLast()),
            RegisterSpec.of("power_sf", WireSource.holding(43, WireType.S16)),
            RegisterSpec.of("power_max_sf", WireSource.holding(50, WireType.S16)),
            RegisterSpec.of("energy", energy).withGuard(Guard.NONE.asCounter().confirmedBy(6)),
            RegisterSpec.of("temperature", WireSource.holding(48, WireType.F16)),
            RegisterSpec.of("flags", WireSource.holding(60, WireType.BITS).withWords(2))),
        List.of(PollGroup.every("default", Duration.ofSeconds(1))),
        ReadLimits.MODBUS,
        Map.of(),
        List.of(),
        List.of(
            new AddressSegment(103, 1, RegisterTable.HOLDING, 40, 12),
            new AddressSegment(160, 2, RegisterTable.HOLDING, 60, 2)));
  }

  static RegisterBlock block(int address, int... words) {
    short[] out = new short[words.length];
    for (int i = 0; i < words.length; i++) {
      out[i] = (short) words[i];
    }
    return RegisterBlock.read(RegisterTable.HOLDING, address, out, 1_767_225_600_123L);
  }

  /// All values good, groups 0 ms old, 52.0 V x 100 A.
  static DeviceSnapshot snapshot(SnapshotLayout layout) {
    byte good = (byte) Quality.GOOD.ordinal();
    byte none = (byte) QualityReason.NONE.ordinal();
    return new DeviceSnapshot(
        "bms-1",
        layout.id(),
        77,
        1_767_225_600_000L,
        42,
        new DeviceSnapshot.Columns(
            new double[] {52.0, -1.5, 0, 100, 0, 1, 5200, 5},
            new long[] {5200, 10, -32768, 100, 0, 1, 0, 1},
            new byte[] {good, good, (byte) Quality.BAD.ordinal(), good, good, good, good, good},
            new byte[] {
              none, none, (byte) QualityReason.SENSOR_ABSENT.ordinal(), none, none, none, none, none
            },
            new short[] {5200, 0x0A00, 0, (short) 0x8000, 100, 0x454E, 0x4500, 1},
            new long[] {1_767_225_600_123L, 1_767_225_595_000L},
            new int[] {0, 0},
            new int[] {3000, 21000},
            new int[] {4000, 31000}));
  }

  /// One typical message of each type, by the name of its golden file.
  static Map<String, Message> typical() {
    Map<String, Message> messages = new LinkedHashMap<>();
    for (Message message :
        List.of(
            poll(),
            snapshot(SnapshotLayout.of(battery())),
            new LayoutRequest("bms-1"),
            new LayoutReply("bms-1", battery()),
            new LinkStatus("rack", 77, false, "no answer in 1000 ms", 86_400_123),
            new ControlState(
                77,
                3,
                ControlState.Mode.PAUSED,
                86_400_123,
                List.of(
                    new ControlState.Battery(
                        "bms-1",
                        ControlState.Mode.PAUSED,
                        true,
                        false,
                        new Limits(0.0, 0.0),
                        new Limits(50.5, null),
                        1_767_225_630_000L,
                        30_000,
                        true,
                        false,
                        List.of("bms-1", "inverter")))),
            new CommandRequest(
                "c-1",
                "mqtt local",
                "bms-1",
                "PAUSE",
                Buffer.buffer("{\"s\":1}"),
                CommandRequest.Delivery.RETAINED,
                new CommandRequest.Until(5000, 77, 86_405_123),
                "BE",
                10),
            new CommandResult(
                "c-1",
                CommandResult.Status.VERIFIED,
                "discharge at its base °",
                "lower",
                new CommandResult.About("SET_LIMITS", "bms-1", "BE"),
                "ems-7",
                new Limits(50.0, null),
                new Limits(40.5, 100.0),
                1_767_225_630_000L,
                29_500),
            new WriteRequest(
                "w-1",
                "demo",
                "inverter",
                "charge_limit_a",
                12.5,
                new WriteRequest.Deadline(4000, 77, 86_404_123),
                78,
                "command SET_LIMITS c-1",
                new WriteRequest.Revert(30_000, 100)),
            new WriteResult(
                "w-1",
                WriteResult.Outcome.FAILED,
                "holding 0 kept 100.0",
                List.of(125, 0xFFFF),
                List.of(1000),
                1_767_225_600_123L,
                540),
            readPlan(),
            new SafetyState(77, true, SafetyState.Watchdog.DEGRADED, 1_767_225_600_123L, 5, 3000),
            new AnomalyScore(
                78, 0.7004, 2, true, 512, List.of("foreign unit 9 °"), 1_767_225_600_123L),
            new DispatchProposal(78, -57.84, 0.04, 1_767_225_600_123L),
            new DeviceMessage("car", 79, "cars/leaf", Buffer.buffer("{\"soc\":85}"), true),
            new PublicationRequest(
                "p-1", PublicationRequest.Action.RECONNECT, 79, 86_405_123, "SIGHUP"),
            new PublicationReply(
                "p-1",
                PublicationReply.Outcome.FAILED,
                "refused by the broker °",
                43,
                List.of(
                    new TrialStep("resolve", TrialStep.Outcome.OK, "broker is 192.0.2.5, 3 ms"),
                    new TrialStep("connect", TrialStep.Outcome.FAILED, "nothing listens °"),
                    new TrialStep("login", TrialStep.Outcome.NOT_TRIED, "")),
                79,
                86_400_123),
            new ControlCopy("node-1", ControlCopy.Kind.KEEP, 79, 12, "{\"batteries\":{}} °", 0),
            new Delivered(
                "local",
                79,
                List.of(
                    new Delivered.UpTo(
                        "bms-1",
                        new PollMark(77, 1_767_225_600_000L, 41),
                        new PollMark(77, 1_767_225_600_000L, 42)),
                    new Delivered.UpTo("bms-2", PollMark.NONE, PollMark.NONE))),
            new KeptRequest("bms-1", "local", new PollMark(77, 1_767_225_600_000L, 41)),
            new KeptReply(
                "bms-1",
                new PollMark(77, 1_767_225_600_000L, 41),
                List.of(
                    poll().keptFor(1500), snapshot(SnapshotLayout.of(battery())).keptFor(7))))) {
      messages.put(message.getClass().getSimpleName(), message);
    }
    return messages;
  }

  private static DeviceReadPlan readPlan() {
    return new DeviceReadPlan(
        "bms-1",
        77,
        1_767_225_600_000L,
        5,
        DeviceReadPlan.Standing.ANSWERING,
        50,
        new DeviceReadPlan.Limits(40, 100, 16, 20, 9, 540_000),
        List.of(
            new DeviceReadPlan.Group(
                "fast",
                1000,
                List.of(
                    new DeviceReadPlan.Request(
                        RegisterTable.HOLDING,
                        36,
                        15,
                        4,
                        0,
                        "gap of 10 word(s), at most 9 bridged"),
                    new DeviceReadPlan.Request(
                        RegisterTable.INPUT, 400, 1, 1, 1, "ends with the last register"))),
            new DeviceReadPlan.Group("slow", 10_000, List.of())),
        List.of(
            new DeviceReadPlan.LeftOut(
                RegisterTable.INPUT,
                304,
                2,
                List.of("limit", "limit_°"),
                "exception 2 (illegal data address)",
                3,
                63_500)),
        12,
        1);
  }

  /// Messages with fields that were added later, by the name of their golden file.
  static Map<String, Message> later() {
    SnapshotLayout layout = SnapshotLayout.of(inverter());
    DeviceSnapshot.Columns plain = columns(layout.size());
    DeviceSnapshot.Columns scaled =
        new DeviceSnapshot.Columns(
            plain.values(),
            plain.raws(),
            plain.qualities(),
            plain.reasons(),
            plain.words(),
            plain.readAts(),
            plain.ageMillis(),
            plain.staleAfterMillis(),
            plain.unavailableAfterMillis(),
            new byte[] {-2, 0, 0, 0, 10, 0});
    return Map.of(
        "LayoutReply-inverter",
        new LayoutReply("pv-1", inverter()),
        "DeviceSnapshot-scaled",
        new DeviceSnapshot("pv-1", layout.id(), 1, 2, 3, scaled),
        "DeviceSnapshot-kept",
        new DeviceSnapshot("pv-1", layout.id(), 1, 2, 3, scaled).keptFor(4400),
        "DevicePoll-kept",
        poll().keptFor(4400),
        "ControlCopy-clock",
        new ControlCopy("node-1", ControlCopy.Kind.KEEP, 79, 12, "{}", 1_767_225_600_000L),
        "DispatchProposal-none",
        new DispatchProposal(78, null, 0, 1_767_225_600_123L));
  }

  private static DevicePoll poll() {
    return new DevicePoll("bms-1", "fast", 77, 1_767_225_600_000L, 42, 5, 3000, 4000, blocks());
  }

  private static List<RegisterBlock> blocks() {
    return List.of(
        block(36, 5200, 0xFFFF),
        RegisterBlock.failed(
            RegisterTable.INPUT, 38, 2, QualityReason.REFUSED, "exception 2 (illegal address)"));
  }

  /// The smallest form of each type.
  static CommandResult emptyResult(String id, String reason) {
    return new CommandResult(
        id,
        CommandResult.Status.UNKNOWN,
        reason,
        "",
        CommandResult.About.NOTHING,
        "",
        Limits.NONE,
        Limits.NONE,
        0,
        0);
  }

  static List<Message> empty() {
    RegisterMap none = new RegisterMap("", List.of(), List.of(), ReadLimits.MODBUS);
    return List.of(
        new DevicePoll("", "", 0, 0, 0, 0, 0, 0, List.of()),
        new DeviceSnapshot("", 0, 0, 0, 0, columns(0)),
        new LayoutRequest(""),
        new LayoutReply("", none),
        new LinkStatus("", 0, false, ""),
        new ControlState(0, 0, ControlState.Mode.UNKNOWN),
        new CommandRequest(
            "",
            "",
            "",
            "",
            Buffer.buffer(),
            CommandRequest.Delivery.LIVE,
            CommandRequest.Until.in(0),
            "",
            1),
        emptyResult("", ""),
        new WriteRequest("", "", "", "", 0, WriteRequest.Deadline.in(0), 0, "", null),
        new WriteResult("", WriteResult.Outcome.UNKNOWN, "", List.of(), List.of(), 0, 0),
        emptyPlan(""),
        new SafetyState(0, false, SafetyState.Watchdog.UNKNOWN, 0, 0, 0),
        new AnomalyScore(0, 0, 0, false, 0, List.of(), 0),
        new DispatchProposal(0, null, 0, 0),
        new DeviceMessage("", 0, "", Buffer.buffer(), false),
        new PublicationRequest("", PublicationRequest.Action.UNKNOWN, 0, 0, ""),
        new PublicationReply("", PublicationReply.Outcome.UNKNOWN, "", 0, List.of(), 0, 0),
        new ControlCopy("", ControlCopy.Kind.UNKNOWN, 0, 0, "", 0),
        new Delivered("", 0, List.of()),
        new KeptRequest("", "", PollMark.NONE),
        new KeptReply("", PollMark.NONE, List.of()));
  }

  static DeviceReadPlan emptyPlan(String device) {
    return new DeviceReadPlan(
        device,
        0,
        0,
        0,
        DeviceReadPlan.Standing.UNKNOWN,
        0,
        new DeviceReadPlan.Limits(0, 0, 0, 0, 0, 0),
        List.of(),
        List.of(),
        0,
        0);
  }

  /// Far beyond what a site has.
  static List<Message> huge() {
    String text = "ü€😀x".repeat(20_000);
    List<RegisterBlock> blocks = new ArrayList<>();
    List<RegisterSpec> registers = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      blocks.add(RegisterBlock.read(RegisterTable.COIL, 65535 - 2000, new short[2000], i));
      registers.add(RegisterSpec.of("cell_" + i, WireSource.holding(i, WireType.S64)));
    }
    List<PollGroup> groups = List.of(PollGroup.every("default", PollGroup.LONGEST));
    long max = Long.MAX_VALUE;
    int most = Integer.MAX_VALUE;
    return List.of(
        new DevicePoll(text, text, max, max, Long.MIN_VALUE, most, most, -1, blocks),
        new DeviceSnapshot(text, max, -1, -1, -1, columns(100_000)),
        new LayoutRequest(text),
        new LayoutReply(text, new RegisterMap(text, registers, groups, ReadLimits.MODBUS)),
        new LinkStatus(text, max, true, text),
        new ControlState(
            max,
            Long.MIN_VALUE,
            ControlState.Mode.RUNNING,
            max,
            Collections.nCopies(
                3,
                new ControlState.Battery(
                    text,
                    ControlState.Mode.STOPPED,
                    true,
                    true,
                    Limits.NONE,
                    Limits.NONE,
                    max,
                    most,
                    true,
                    true))),
        new CommandRequest(
            text,
            text,
            text,
            text,
            Buffer.buffer(new byte[500_000]),
            CommandRequest.Delivery.UNKNOWN,
            new CommandRequest.Until(most, max, max),
            text,
            most),
        new CommandResult(
            text,
            CommandResult.Status.REFUSED,
            text,
            text,
            new CommandResult.About(text, text, text),
            text,
            new Limits(Double.MAX_VALUE, 0.0),
            new Limits(null, Double.MIN_VALUE),
            max,
            most),
        new WriteRequest(
            text,
            text,
            text,
            text,
            Double.MAX_VALUE,
            new WriteRequest.Deadline(most, max, max),
            max,
            text,
            new WriteRequest.Revert(most, -Double.MIN_VALUE)),
        new WriteResult(
            text,
            WriteResult.Outcome.VERIFIED,
            text,
            Collections.nCopies(100_000, 0xFFFF),
            Collections.nCopies(100_000, 0),
            max,
            most),
        hugePlan(text, max, most),
        new SafetyState(max, true, SafetyState.Watchdog.DISABLED, max, most, most),
        new AnomalyScore(
            max, 1, max, true, max, Collections.nCopies(0xFFFF, "a reason of many"), max),
        new DispatchProposal(max, -Double.MAX_VALUE, Double.MAX_VALUE, max),
        new DeviceMessage(text, max, text, Buffer.buffer(new byte[500_000]), true),
        new PublicationRequest(text, PublicationRequest.Action.RECONNECT, max, max, text),
        new PublicationReply(
            text,
            PublicationReply.Outcome.FAILED,
            text,
            most,
            Collections.nCopies(0xFFFF, new TrialStep("s", TrialStep.Outcome.NOT_TRIED, "a step")),
            max,
            max),
        new ControlCopy(text, ControlCopy.Kind.ASK, max, max, text, max),
        new Delivered(
            text,
            max,
            Collections.nCopies(
                0xFFFF,
                new Delivered.UpTo(
                    "d", new PollMark(max, max, max), new PollMark(max, Long.MIN_VALUE, -1)))),
        new KeptRequest(text, text, new PollMark(max, max, max)),
        new KeptReply(
            text,
            new PollMark(max, max, max),
            Collections.nCopies(500, new DeviceSnapshot(text, max, -1, -1, -1, columns(100)))));
  }

  private static DeviceReadPlan hugePlan(String text, long max, int most) {
    DeviceReadPlan.Request request =
        new DeviceReadPlan.Request(RegisterTable.DISCRETE, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, "why");
    DeviceReadPlan.LeftOut leftOut =
        new DeviceReadPlan.LeftOut(
            RegisterTable.COIL, 0xFFFF, 0xFFFF, List.of(text, text), text, most, most);
    return new DeviceReadPlan(
        text,
        max,
        max,
        max,
        DeviceReadPlan.Standing.LOST,
        100,
        new DeviceReadPlan.Limits(0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, most),
        List.of(new DeviceReadPlan.Group(text, most, Collections.nCopies(0xFFFF, request))),
        List.of(leftOut, leftOut),
        most,
        most);
  }

  /// @param words of all values
  static DeviceSnapshot.Columns columns(int size, int words, int groups) {
    DeviceSnapshot.Columns same = columns(size);
    return new DeviceSnapshot.Columns(
        same.values(),
        same.raws(),
        same.qualities(),
        same.reasons(),
        new short[words],
        new long[groups],
        new int[groups],
        new int[groups],
        new int[groups]);
  }

  static DeviceSnapshot.Columns columns(int size) {
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      values[i] = i / 7.0;
    }
    return new DeviceSnapshot.Columns(
        values,
        new long[size],
        new byte[size],
        new byte[size],
        new short[size],
        new long[size],
        new int[size],
        new int[size],
        new int[size]);
  }
}
