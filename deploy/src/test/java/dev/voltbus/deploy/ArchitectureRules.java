package dev.voltbus.deploy;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.INTERFACES;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasModifiers.Predicates.modifier;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.THROW_GENERIC_EXCEPTIONS;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.vertx.core.Deployable;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.NullMarked;

/// The rules of the design and the style guide that class files can show, for one root package.
///
/// The root is a parameter so that the very same rules also run over planted violations.
final class ArchitectureRules {

  private static final List<String> ROLES =
      List.of("acquisition", "mapping", "mqtt", "command", "history", "insight");

  private final String root;

  ArchitectureRules(String root) {
    this.root = root;
  }

  ArchRule rolesDoNotKnowEachOther() {
    return CompositeArchRule.of(ROLES.stream().map(this::roleStaysAlone).toList())
        .because("verticles meet on the event bus and nowhere else");
  }

  private ArchRule roleStaysAlone(String role) {
    String[] others =
        ROLES.stream().filter(r -> !r.equals(role)).map(this::in).toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage(in(role))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(others);
  }

  ArchRule nothingKnowsDeploy() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(in("deploy"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(in("deploy"))
        .because("deploy wires the modules; they get what they need by constructor");
  }

  ArchRule contractAndModbusAreStrangers() {
    return CompositeArchRule.of(
            noClasses()
                .that()
                .resideInAPackage(in("contract"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(in("modbus")))
        .and(
            noClasses()
                .that()
                .resideInAPackage(in("modbus"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(in("contract")))
        .because("the Modbus client is of use without Voltbus, and messages without Modbus");
  }

  ArchRule onlyModbusSeesJ2mod() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(in("modbus"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.ghgande..")
        .because("j2mod's traps are dealt with in one place");
  }

  ArchRule onlyMqttAndSimulatorSpeakMqtt() {
    return noClasses()
        .that()
        .resideOutsideOfPackages(in("mqtt"), in("simulator"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.vertx.mqtt..")
        .because("only the mqtt role touches a broker");
  }

  ArchRule onlyTheVerticleOfARoleIsPublic() {
    return classes()
        .that(inARole())
        .and(visibleOutside())
        .should()
        .beAssignableTo(Deployable.class)
        .because("a role is used by deploying it, not by calling into it");
  }

  ArchRule packagesAreNullMarked() {
    return classes()
        .should(beInANullMarkedPackage())
        .because("NullAway checks nothing in a package without @NullMarked");
  }

  ArchRule onlyDeployPrints() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(in("deploy"))
        .should(ACCESS_STANDARD_STREAMS)
        .orShould()
        .dependOnClassesThat()
        .resideInAPackage("java.util.logging..")
        .because("modules log with slf4j; only the command line prints");
  }

  ArchRule rolesTakeTheTimeFromOutside() {
    return noClasses()
        .that(inARole())
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(Clock.class, "systemUTC")
        .because("time is injected, so that tests need not wait");
  }

  ArchRule nobodyThrowsABareException() {
    return noClasses()
        .should(THROW_GENERIC_EXCEPTIONS)
        .because("a failure is one of our exceptions and says what is broken");
  }

  ArchRule optionalIsNoField() {
    return fields()
        .should()
        .notHaveRawType(Optional.class)
        .because("Optional is for return values");
  }

  ArchRule classesAreFinalOrMeantForSubclasses() {
    return classes()
        .that(not(INTERFACES))
        .and()
        .areNotAnonymousClasses()
        .and()
        .areNotEnums()
        .and(not(modifier(JavaModifier.ABSTRACT)))
        .and(haveNoSubclass())
        .should()
        .haveModifier(JavaModifier.FINAL)
        .because("inheritance is a decision");
  }

  ArchRule namesSayWhatAClassIs() {
    return noClasses()
        .should()
        .haveNameMatching(".*(Manager|Helper|Utils?|Impl|Data|Info)")
        .because("such a name hides what the class does");
  }

  private String in(String module) {
    return root + "." + module + "..";
  }

  private DescribedPredicate<JavaClass> inARole() {
    return resideInAnyPackage(ROLES.stream().map(this::in).toArray(String[]::new));
  }

  private static DescribedPredicate<JavaClass> visibleOutside() {
    return DescribedPredicate.describe("are visible outside", ArchitectureRules::isVisibleOutside);
  }

  private static boolean isVisibleOutside(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(ArchitectureRules::isVisibleOutside).orElse(true);
  }

  private static DescribedPredicate<JavaClass> haveNoSubclass() {
    return DescribedPredicate.describe(
        "have no subclass of ours", type -> type.getSubclasses().isEmpty());
  }

  private static ArchCondition<JavaClass> beInANullMarkedPackage() {
    return new ArchCondition<>("be in a package with @NullMarked") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
          String message = type.getName() + " is in a package without @NullMarked";
          events.add(SimpleConditionEvent.violated(type, message));
        }
      }
    };
  }
}
