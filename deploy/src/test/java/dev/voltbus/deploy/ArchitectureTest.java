package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Holds every module to [ArchitectureRules], and each rule to a violation planted for it.
class ArchitectureTest {

  private static final String PLANTED = "dev.voltbus.deploy.planted";

  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("dev.voltbus");

  private static final JavaClasses BAD = new ClassFileImporter().importPackages(PLANTED);

  static Stream<Arguments> rules() {
    return Stream.of(
        rule(ArchitectureRules::rolesDoNotKnowEachOther, "mapping.Planted$KnowsMqtt"),
        rule(ArchitectureRules::nothingKnowsDeploy, "contract.Planted$KnowsDeploy"),
        rule(ArchitectureRules::contractAndModbusAreStrangers, "contract.Planted$KnowsModbus"),
        rule(ArchitectureRules::contractAndModbusAreStrangers, "modbus.Planted$KnowsContract"),
        rule(ArchitectureRules::onlyModbusSeesJ2mod, "mapping.Planted$SeesJ2mod"),
        rule(ArchitectureRules::onlyMqttAndSimulatorSpeakMqtt, "mapping.Planted$SpeaksMqtt"),
        rule(ArchitectureRules::onlyTheVerticleOfARoleIsPublic, "mqtt.PublicPart"),
        rule(ArchitectureRules::packagesAreNullMarked, "bare.NotMarked"),
        rule(ArchitectureRules::onlyDeployPrints, "mapping.Planted$Prints"),
        rule(ArchitectureRules::onlyDeployPrints, "mapping.Planted$LogsPastSlf4j"),
        rule(ArchitectureRules::rolesTakeTheTimeFromOutside, "mapping.Planted$AsksTheClock"),
        rule(ArchitectureRules::nobodyThrowsABareException, "mapping.Planted$ThrowsBare"),
        rule(ArchitectureRules::optionalIsNoField, "mapping.Planted$KeepsOptional"),
        rule(ArchitectureRules::classesAreFinalOrMeantForSubclasses, "mapping.Planted$Open"),
        rule(ArchitectureRules::namesSayWhatAClassIs, "mapping.Planted$ValueManager"));
  }

  private static Arguments rule(Function<ArchitectureRules, ArchRule> rule, String violator) {
    return argumentSet(violator, rule, violator);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void holds(Function<ArchitectureRules, ArchRule> rule) {
    rule.apply(new ArchitectureRules("dev.voltbus")).check(OURS);
  }

  // A rule that cannot fail protects nothing, for instance after a package was renamed.
  @ParameterizedTest
  @MethodSource("rules")
  void failsOnAPlantedViolation(Function<ArchitectureRules, ArchRule> rule, String violator) {
    String report =
        rule.apply(new ArchitectureRules(PLANTED)).evaluate(BAD).getFailureReport().toString();
    assertTrue(report.contains(PLANTED + "." + violator), () -> violator + " not in: " + report);
  }
}
