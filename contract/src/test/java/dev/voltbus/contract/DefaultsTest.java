package dev.voltbus.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The documented defaults. A change here changes what installed sites do: it needs a line in the
/// changelog.
class DefaultsTest {

  /// Contract tinybms section 1, but for `enabled`: a broker that a site file lists is meant.
  @Test
  void aBrokerHasTheDefaultsOfTheContract() {
    BrokerSettings settings = BrokerSettings.at("local", "127.0.0.1", 1883);
    assertEquals(
        new BrokerSettings(
            "local",
            "127.0.0.1",
            1883,
            "tinybms-victron",
            "",
            null,
            "victron/tinybms",
            true,
            0,
            false,
            Duration.ofSeconds(30),
            Duration.ofSeconds(5),
            null,
            BrokerKind.PLAIN,
            268_435_455,
            true),
        settings);
    assertEquals("mqtt://127.0.0.1:1883", settings.address());
  }

  @Test
  void awsIsKnownByItsHostAndOtherMachinesOfAmazonAreNot() {
    assertEquals(BrokerKind.AWS, BrokerKind.ofHost("a1b2-ats.iot.eu-central-1.amazonaws.com"));
    assertEquals(BrokerKind.PLAIN, BrokerKind.ofHost("ec2-1.eu-central-1.compute.amazonaws.com"));
    assertEquals(BrokerKind.AZURE, BrokerKind.ofHost("Hub.azure-devices.net"));
    assertEquals(BrokerKind.PLAIN, BrokerKind.ofHost("hub.azure-devices.net.example"));
    assertEquals(BrokerKind.PLAIN, BrokerKind.ofHost("azure-devices.net"));
  }

  // 20 s of contract leaf; AWS would count 30 and 1200.
  @Test
  void theKeepAliveIsOneThatTheBrokerCountsToo() {
    assertEquals(Duration.ofSeconds(30), BrokerKind.AWS.keepAlive(Duration.ofSeconds(20)));
    assertEquals(Duration.ofSeconds(1200), BrokerKind.AWS.keepAlive(Duration.ZERO));
    assertEquals(Duration.ofSeconds(1177), BrokerKind.AZURE.keepAlive(Duration.ofSeconds(1200)));
    assertEquals(Duration.ZERO, BrokerKind.PLAIN.keepAlive(Duration.ZERO));
  }

  @Test
  void aLinkIsPatientForASecondAndComesBackWithinThirty() {
    assertEquals(
        new Link(
            "rack",
            "tcp://192.0.2.10:502",
            Duration.ofSeconds(3),
            Duration.ofSeconds(1),
            Duration.ofMillis(250),
            Duration.ofSeconds(30),
            null,
            Duration.ZERO),
        Link.to("rack", "tcp://192.0.2.10:502"));
  }

  @Test
  void aUnitIsAskedTwiceBeforeItCountsAsSilentAndCostsItsNeighboursThreePercent() {
    assertEquals(
        new UnitOptions(
            null,
            1,
            Duration.ZERO,
            125,
            false,
            false,
            false,
            Duration.ofSeconds(1),
            3,
            Duration.ofSeconds(3),
            2),
        UnitOptions.DEFAULT);
  }

  @Test
  void aRegisterIsWrittenByItsUsualFunctionAndReadBackWithinHalfASecond() {
    assertEquals(
        new Writing(
            Writing.Function.AUTO, Duration.ofMillis(500), true, false, Writing.Storage.RAM, 0),
        Samples.battery().writingOf("limit"));
    assertEquals(100, Writing.DEFAULT_PER_DAY);
  }

  @Test
  void aPollGroupIsStaleAfterTwoMissedPollsAndUnavailableAfterThree() {
    assertEquals(
        new PollGroup(
            "fast", Duration.ofMillis(500), Duration.ofSeconds(2), Duration.ofMillis(2500)),
        PollGroup.every("fast", Duration.ofMillis(500)));
  }

  @Test
  void aRegisterIsReadOnlyUnscaledAndAlwaysPresent() {
    WireSource wire = WireSource.holding(36, WireType.U32);
    assertEquals(
        new RegisterSpec(
            "Pack Voltage",
            "pack_voltage",
            wire,
            new Scaling(BigDecimal.ONE, BigDecimal.ZERO, false),
            new Presentation("", "", 0, "", Map.of(), "", ValueClass.UNKNOWN),
            Access.READ_ONLY,
            new RawRange(null, null, null),
            List.of(),
            "default",
            false),
        RegisterSpec.of("Pack Voltage", wire));
    assertEquals(
        new WireSource(
            RegisterTable.HOLDING,
            36,
            2,
            WireType.U32,
            WordOrder.HIGH_FIRST,
            ByteOrder.HIGH_FIRST,
            BitSlice.WHOLE),
        wire);
    assertEquals(new ReadLimits(125, 0), ReadLimits.MODBUS);
  }

  @Test
  void anUnchangedValueIsReportedAgainAfterHalfAMinute() {
    assertEquals(
        new TopicContract.Reporting(true, 0, Duration.ofSeconds(30)),
        TopicContract.Reporting.ON_CHANGE);
  }

  /// A password in a log or an exception text cannot be taken back.
  @Test
  void aSecretDoesNotPrintItself() {
    Secret secret = new Secret("hunter2");
    assertEquals("***", secret.toString());
    assertEquals("***", "" + List.of(secret).getFirst());
    assertEquals("hunter2", secret.reveal());
  }
}
