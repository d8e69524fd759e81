package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RoleTest {

  @Test
  void rolesAreReadInAnyOrderAndWithBlanks() {
    assertEquals(
        EnumSet.of(Role.MQTT, Role.ACQUISITION), Role.parse("acquisition, mqtt,acquisition"));
  }

  @Test
  void anUnknownRoleIsRefusedWithTheValidOnes() {
    for (String text : List.of("mqtt,acquire", "acquire")) {
      UsageException refusal = assertThrows(UsageException.class, () -> Role.parse(text));
      assertEquals(
          "--roles: `acquire` is not a role; valid: mqtt, command, mapping, mirror, acquisition,"
              + " witness",
          refusal.getMessage());
    }
  }

  @Test
  void noRoleAtAllIsRefused() {
    assertThrows(UsageException.class, () -> Role.parse(""));
    assertThrows(UsageException.class, () -> Role.parse("mqtt,"));
  }

  // A value that is read must have somewhere to go.
  @Test
  void consumersStartBeforeProducers() {
    assertEquals(
        List.of(Role.MQTT, Role.COMMAND, Role.MAPPING, Role.MIRROR, Role.ACQUISITION, Role.WITNESS),
        List.of(Role.values()));
  }
}
