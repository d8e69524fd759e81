package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.TopicContract.Field;
import dev.voltbus.contract.TopicContract.Field.Form;
import dev.voltbus.contract.TopicContract.Field.Shows;
import dev.voltbus.contract.TopicContract.JsonObjectTopic;
import dev.voltbus.contract.TopicContract.Override;
import dev.voltbus.contract.TopicContract.Overrides;
import dev.voltbus.contract.TopicContract.Reporting;
import dev.voltbus.contract.TopicContract.Sending;
import dev.voltbus.contract.TopicContract.Timing;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Each case is a folder in testcases/ with all messages of the case: topic, QoS, retain, payload.
class PayloadGoldenTest {
  private final List<String> sent = new ArrayList<>();
  private final List<String> complaints = new ArrayList<>();
  private final BrokerSettings broker = BrokerSettings.at("local", "127.0.0.1", 1883);
  private long now;

  private final StandingTime time = new StandingTime();
  private final EventBook events = new EventBook(time);

  private PublicationRenderer renderer(Publication publication) {
    return new PublicationRenderer(
        publication,
        (topic, payload) ->
            sent.add(
                topic.name() + " qos=" + topic.qos() + " retain=" + topic.retain() + " " + payload),
        events,
        complaints::add);
  }

  private Moment moment() {
    return new Moment(now, Snapshots.READ_AT + TimeUnit.NANOSECONDS.toMillis(now));
  }

  private void poll(PublicationRenderer renderer, Snapshots snapshot) {
    renderer.accept(snapshot.received(now));
    renderer.reportValues(Fixtures.DEVICE, moment());
  }

  private void pass(Duration time) {
    now += time.toNanos();
    sent.add("-- " + time.toMillis() + " ms later");
  }

  private void assertSent(String testcase) throws IOException {
    assertEquals(lines(testcase), String.join("\n", sent));
  }

  private static String lines(String testcase) throws IOException {
    String path = "/testcases/" + testcase + "/messages.txt";
    try (InputStream in =
        Objects.requireNonNull(PayloadGoldenTest.class.getResourceAsStream(path), path)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }

  @Test
  void eachValueOfATinyBmsHasItsTopic() throws IOException {
    PublicationRenderer renderer = renderer(Fixtures.tinybms(broker));
    poll(renderer, Snapshots.charging());
    assertSent("tinybms-charging");
  }

  // Contract tinybms section 3: a code that is not listed is 0 and says unknown.
  @Test
  void stateOfAnUnlistedCodeIsUnknown() throws IOException {
    PublicationRenderer renderer = renderer(Fixtures.tinybms(broker));
    poll(renderer, new Snapshots(Fixtures.pack()).good("system_state", 0, 0x55));
    assertSent("tinybms-unlisted-state");
  }

  // Power and current change their sign together; a consumer must not have to guess.
  @Test
  void dischargingIsNegative() throws IOException {
    PublicationRenderer renderer = renderer(Fixtures.tinybms(broker));
    poll(renderer, Snapshots.charging());
    sent.clear();
    poll(
        renderer,
        Snapshots.charging()
            .good("battery_pack_current", -10.2, -102)
            .good("pack_power_w", -538.56, 0));
    assertSent("tinybms-discharging");
  }

  // Whoever counts on a value each 30 s must not wait 31 because a reading came a little late.
  @Test
  void anUnchangedValueIsSentAgainBeforeItHasBeenSilentForLonger() {
    PublicationRenderer renderer = renderer(Fixtures.tinybms(broker));
    Snapshots onlyVoltage = new Snapshots(Fixtures.pack()).good("battery_pack_voltage", 52.8, 5280);
    List<Integer> sentAt = new ArrayList<>();
    int millis = 0;
    for (int second = 0; second < 100; second++) {
      sent.clear();
      poll(renderer, onlyVoltage.readAt(Snapshots.READ_AT + millis));
      if (!sent.isEmpty()) {
        sentAt.add(second);
      }
      int step = second % 2 == 0 ? 1_040 : 970;
      pass(Duration.ofMillis(step));
      millis += step;
    }
    assertEquals(List.of(0, 29, 58, 87), sentAt);
  }

  // An absent sensor must not look like minus 3276.8 degrees, nor like its last reading.
  @Test
  void aSensorThatTurnsAbsentIsSaidOnce() throws IOException {
    PublicationRenderer renderer = renderer(Fixtures.tinybms(broker));
    String key = "external_temperature_1";
    poll(renderer, new Snapshots(Fixtures.pack()).good(key, 24.3, 243));
    Snapshots absent = new Snapshots(Fixtures.pack()).bad(key, QualityReason.SENSOR_ABSENT);
    poll(renderer, absent);
    pass(Duration.ofSeconds(60));
    poll(renderer, absent);
    poll(renderer, new Snapshots(Fixtures.pack()).good(key, 24.3, 243));
    assertSent("tinybms-sensor-absent");
  }

  @Test
  void qosAndRetainOfAKeyWinOverTheBrokersDefaultsBothWays() throws IOException {
    Overrides overrides =
        new Overrides(
            Map.of(
                "battery_pack_voltage", new Override(2, false, null),
                "battery_pack_current", new Override(0, null, null)));
    PublicationRenderer renderer = renderer(Fixtures.tinybms(broker.withQos(1, true), overrides));
    poll(
        renderer,
        new Snapshots(Fixtures.pack())
            .good("battery_pack_voltage", 52.8, 5280)
            .good("battery_pack_current", 10.5, 105)
            .good("overvoltage_cutoff_mv", 3650, 3650));
    assertSent("tinybms-overrides");
  }

  // 52.2 to 52.1 is a little more than 0.1 in a double and still inside the band of 0.1.
  @Test
  void aChangeWithinTheDeadBandIsNotReported() throws IOException {
    Reporting banded = new Reporting(true, 0.1, Duration.ofMinutes(5));
    Overrides overrides =
        new Overrides(Map.of("battery_pack_voltage", new Override(null, null, banded)));
    PublicationRenderer renderer = renderer(Fixtures.tinybms(broker, overrides));
    for (double volts : new double[] {52.2, 52.1, 52.3, 52.15, 52.09, 52.0, 51.98}) {
      poll(
          renderer,
          new Snapshots(Fixtures.pack())
              .good("battery_pack_voltage", volts, Math.round(volts * 100)));
    }
    assertSent("tinybms-dead-band");
  }

  // After a reconnect the broker may have lost everything it kept.
  @Test
  void afterAReconnectEachValueIsSentOnce() throws IOException {
    PublicationRenderer renderer = renderer(Fixtures.tinybms(broker));
    Snapshots two =
        new Snapshots(Fixtures.pack())
            .good("battery_pack_voltage", 52.8, 5280)
            .bad("external_temperature_1", QualityReason.SENSOR_ABSENT);
    poll(renderer, two);
    pass(Duration.ofMillis(500));
    renderer.forget(false);
    renderer.reportValues(moment());
    poll(renderer, two);
    assertSent("tinybms-reconnect");
  }

  // A sample that waits in the outbox would be told twice, with the same time.
  @Test
  void aStoredSampleIsNotDueAgainAfterAReconnect() {
    PublicationRenderer renderer = renderer(Fixtures.samples(broker));
    poll(renderer, new Snapshots(Fixtures.pack()).good("battery_pack_voltage", 52.8, 5280));
    sent.clear();
    renderer.forget(true);
    renderer.reportValues(moment());
    assertEquals(List.of(), sent);
    renderer.forget(false);
    renderer.reportValues(moment());
    assertEquals(1, sent.size());
  }

  // What is withheld because it is old must not come out as live after an outage.
  @Test
  void nothingOldOrUnreadIsSent() {
    PublicationRenderer renderer = renderer(Fixtures.tinybms(broker));
    poll(renderer, Snapshots.charging().aged(3_000));
    poll(renderer, Snapshots.charging().bad(QualityReason.NO_ANSWER));
    poll(renderer, Snapshots.charging().bad(QualityReason.TOO_OLD));
    poll(renderer, new Snapshots(Fixtures.pack()));
    renderer.accept(Snapshots.charging().received(now));
    now += TimeUnit.SECONDS.toNanos(3);
    renderer.forget(false);
    renderer.reportValues(moment());
    assertEquals(List.of(), sent);
  }

  @Test
  void aDerivedValueOfAnAbsentSensorHasNoNumber() throws IOException {
    PublicationRenderer renderer = renderer(Fixtures.tinybms(broker));
    poll(
        renderer,
        new Snapshots(Fixtures.pack())
            .good("battery_pack_voltage", 52.8, 5280)
            .bad("battery_pack_current", QualityReason.SENSOR_ABSENT)
            .bad("pack_power_w", QualityReason.SOURCE_NOT_GOOD)
            .bad("system_state", QualityReason.SOURCE_NOT_GOOD));
    assertSent("tinybms-derived-absent");
  }

  @Test
  void sendingEveryPollNeedsANewReading() {
    Reporting every = new Reporting(false, 0, Duration.ofMinutes(5));
    Overrides overrides =
        new Overrides(Map.of("battery_pack_voltage", new Override(null, null, every)));
    PublicationRenderer renderer = renderer(Fixtures.tinybms(broker, overrides));
    Snapshots poll = new Snapshots(Fixtures.pack()).good("battery_pack_voltage", 52.8, 5280);
    poll(renderer, poll);
    poll(renderer, poll);
    poll(renderer, poll.readAt(Snapshots.READ_AT + 1000));
    assertEquals(2, sent.size());
  }

  @Test
  void batteryEmulatorSendsInfoAndCells() throws IOException {
    PublicationRenderer renderer = renderer(Fixtures.dbe(broker));
    renderer.accept(Snapshots.charging().received(now));
    renderer.sendIntervalTopics(moment());
    assertSent("battery-emulator-charging");
  }

  // A dead battery must not look like a battery with 0 V.
  @Test
  void fieldsOfABatteryThatIsNotHeardAreLeftOut() throws IOException {
    PublicationRenderer renderer = renderer(Fixtures.dbe(broker));
    renderer.accept(Snapshots.charging().received(now));
    pass(Duration.ofSeconds(4));
    renderer.sendIntervalTopics(moment());
    renderer.accept(Snapshots.charging().bad(QualityReason.NO_CONNECTION).received(now));
    renderer.sendIntervalTopics(moment());
    assertSent("battery-emulator-silent");
  }

  // A message that says "not heard" is of now, not of the beginning of time.
  @Test
  void aTimeBesideNoReadingIsNow() {
    Publication all = Fixtures.dbe(broker);
    Field time = new Field("ts", Shows.UNIX_TIME, List.of(), Form.NUMBER, "", 0, null, null);
    Field state =
        new Field(
            "state", Shows.VALUE, List.of("system_status"), Form.TEXT, "", 0, "UNKNOWN", null);
    JsonObjectTopic topic =
        new JsonObjectTopic(
            "now", "{prefix}/now", Sending.DEFAULT, Timing.INTERVAL, List.of(time, state));
    PublicationRenderer renderer = renderer(Fixtures.with(all, topic));
    renderer.accept(Snapshots.charging().bad(QualityReason.NO_ANSWER).received(now));
    renderer.sendIntervalTopics(moment());
    assertEquals(
        List.of("BE/now qos=0 retain=false {\"ts\":1700000000.0,\"state\":\"UNKNOWN\"}"), sent);
  }

  // Cells are read by their place: without this a silent cell would show its neighbour's voltage.
  @Test
  void aCellWithoutAValueKeepsItsPlace() {
    PublicationRenderer renderer = renderer(Fixtures.dbe(broker));
    List<String> cells = new ArrayList<>();
    for (Snapshots poll :
        List.of(
            cells().bad("cell_voltage_3", QualityReason.SENSOR_ABSENT), cells(), bad(1), bad(3))) {
      sent.clear();
      renderer.accept(poll.received(now));
      renderer.sendIntervalTopics(moment());
      cells.addAll(sent.stream().filter(line -> line.startsWith("BE/spec_data")).toList());
    }
    String start = "BE/spec_data qos=0 retain=false {\"cell_voltages\":";
    assertEquals(
        List.of(
            start + "[3.301,3.302]}",
            start + "[3.301,3.302,3.303]}",
            start + "[null,3.302,3.303]}",
            start + "[3.301,3.302,null]}"),
        cells);
  }

  // Their entities would be deleted in Home Assistant, and come back without what people named
  // them.
  @Test
  void theCellsOfABatteryStayWhenAnotherIsHeardFirst() {
    PublicationRenderer renderer =
        renderer(Fixtures.of(List.of("late", Fixtures.DEVICE), Fixtures.dbe(broker)));
    renderer.accept(cells().received(now));
    renderer.sendIntervalTopics(moment());
    assertEquals(3, renderer.arrayItems());
    Snapshots one = new Snapshots(Fixtures.pack()).of("late").good("cell_voltage_1", 3400, 34000);
    renderer.accept(one.received(now));
    assertEquals(3, renderer.arrayItems());
    sent.clear();
    renderer.accept(bad(3).received(now));
    renderer.sendIntervalTopics(moment());
    assertTrue(sent.getLast().endsWith("[3.400,3.301,3.302,null]}"), sent.toString());
    assertEquals(4, renderer.arrayItems());
  }

  private static Snapshots cells() {
    return new Snapshots(Fixtures.pack())
        .good("cell_voltage_1", 3301, 33010)
        .good("cell_voltage_2", 3302, 33020)
        .good("cell_voltage_3", 3303, 33030);
  }

  private static Snapshots bad(int cell) {
    return cells().bad("cell_voltage_" + cell, QualityReason.NO_ANSWER);
  }

  @Test
  void cellsNeedTheirOption() {
    Publication without = Fixtures.with(Fixtures.dbe(broker), "BE", Set.of(), Map.of());
    PublicationRenderer renderer = renderer(without);
    renderer.accept(Snapshots.charging().received(now));
    renderer.sendIntervalTopics(moment());
    assertTrue(sent.stream().noneMatch(line -> line.startsWith("BE/spec_data")), sent.toString());
  }

  @Test
  void aFieldBoundToAWrongUnitIsLeftOutAndSaidOnce() throws IOException {
    Publication bound =
        Fixtures.with(
            Fixtures.dbe(broker),
            "",
            Set.of(),
            Map.of(
                "battery_voltage",
                new Publication.Binding(Fixtures.DEVICE, "battery_pack_current"),
                "cell_max_voltage",
                new Publication.Binding(Fixtures.DEVICE, "overvoltage_cutoff_mv"),
                "SOC",
                new Publication.Binding(Fixtures.DEVICE, "no_such_key")));
    PublicationRenderer renderer = renderer(bound);
    renderer.accept(Snapshots.charging().received(now));
    renderer.accept(Snapshots.charging().received(now));
    renderer.sendIntervalTopics(moment());
    assertSent("battery-emulator-bindings");
    assertEquals(
        List.of(
            "field=SOC left out: device bms has no key no_such_key",
            "field=battery_voltage left out: unit 'A' of battery_pack_current of device bms does"
                + " not convert to 'V'"),
        complaints);
  }

  @Test
  void theTopicsOfAPublicationAreKnownBeforehand() {
    assertEquals(
        List.of("BE/status", "BE/info", "BE/spec_data", "BE/command/result"),
        MqttVerticle.topics(Fixtures.dbe(broker), List.of(Fixtures.device()), null));
    assertEquals(
        List.of(
            "victron/tinybms/battery_pack_voltage",
            "victron/tinybms/battery_pack_current",
            "victron/tinybms/external_temperature_1",
            "victron/tinybms/state_of_charge",
            "victron/tinybms/system_status",
            "victron/tinybms/overvoltage_cutoff_mv",
            "victron/tinybms/manufacturer_name",
            "victron/tinybms/pack_power_w",
            "victron/tinybms/system_state"),
        MqttVerticle.topics(Fixtures.tinybms(broker), List.of(Fixtures.device()), null));
  }
}
