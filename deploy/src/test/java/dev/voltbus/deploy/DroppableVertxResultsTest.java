package dev.voltbus.deploy;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.mqtt.MqttClient;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Keeps the list by which the compiler tells a dropped `Future` from a fluent call.
///
/// Error Prone's `CheckReturnValue` is on for the packages of Vert.x core and MQTT and would flag
/// each fluent call too, unless its method stands in the list. After a change of the Vert.x version
/// `-Dvoltbus.update=true` writes the list again (the failure message has the whole command).
class DroppableVertxResultsTest {

  private static final Path LIST = Path.of("../build-tools/droppable-vertx-results.txt");

  private static final String UPDATE =
      "mvn verify -pl deploy -am -Dtest=DroppableVertxResultsTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dvoltbus.update=true";

  /// The only calls on a `Future` after which a failure cannot get lost.
  private static final Set<String> FUTURE_ENDINGS = Set.of("onComplete", "onFailure", "await");

  /// Calls made for their effect although they return something.
  private static final Set<String> EFFECTS =
      Set.of("cancelTimer", "remove", "setPeriodic", "setTimer", "tryComplete", "tryFail");

  // A stale list hides dropped futures of a new Vert.x or flags its fluent calls.
  @Test
  void listMatchesTheVertxOnTheClassPath() throws Exception {
    String expected =
        Stream.of(Vertx.class, MqttClient.class)
            .flatMap(DroppableVertxResultsTest::publicTypesBeside)
            .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
            .filter(DroppableVertxResultsTest::mayBeDropped)
            .map(DroppableVertxResultsTest::signature)
            .collect(TreeSet<String>::new, TreeSet::add, TreeSet::addAll)
            .stream()
            .collect(joining("\n", "", "\n"));
    if (Boolean.getBoolean("voltbus.update")) {
      Files.writeString(LIST, expected);
    }
    assertEquals(expected, Files.readString(LIST), () -> "write it again: " + UPDATE);
  }

  private static boolean mayBeDropped(Method method) {
    Class<?> result = method.getReturnType();
    if (!Modifier.isPublic(method.getModifiers()) || method.isSynthetic() || result == void.class) {
      return false;
    }
    if (Future.class.isAssignableFrom(method.getDeclaringClass())) {
      return FUTURE_ENDINGS.contains(method.getName());
    }
    return EFFECTS.contains(method.getName()) || returnsItself(method);
  }

  private static boolean returnsItself(Method method) {
    Class<?> result = method.getReturnType();
    return !Modifier.isStatic(method.getModifiers())
        && result != Object.class
        && !Future.class.isAssignableFrom(result)
        && result.isAssignableFrom(method.getDeclaringClass());
  }

  private static String signature(Method method) {
    String parameters =
        Arrays.stream(method.getParameterTypes())
            .map(Class::getCanonicalName)
            .collect(joining(","));
    return method.getDeclaringClass().getCanonicalName()
        + "#"
        + method.getName()
        + "("
        + parameters
        + ")";
  }

  private static Stream<Class<?>> publicTypesBeside(Class<?> sample) {
    try (JarFile jar = new JarFile(jarOf(sample).toFile())) {
      return jar.stream()
          .map(JarEntry::getName)
          .filter(name -> name.startsWith("io/vertx/") && name.endsWith(".class"))
          .filter(name -> !name.contains("/impl/"))
          .<Class<?>>map(name -> load(name.replace('/', '.').replace(".class", "")))
          .filter(type -> Modifier.isPublic(type.getModifiers()))
          .toList()
          .stream();
    } catch (IOException e) {
      return fail("cannot read the jar of " + sample.getName(), e);
    }
  }

  private static Path jarOf(Class<?> sample) {
    try {
      return Path.of(sample.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      return fail("no path to the jar of " + sample.getName(), e);
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, DroppableVertxResultsTest.class.getClassLoader());
    } catch (ReflectiveOperationException e) {
      return fail("cannot load " + name, e);
    }
  }
}
