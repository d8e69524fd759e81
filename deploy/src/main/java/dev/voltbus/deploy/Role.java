package dev.voltbus.deploy;

import dev.voltbus.acquisition.AcquisitionVerticle;
import dev.voltbus.command.CommandVerticle;
import dev.voltbus.contract.Mirror;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.Wiring;
import dev.voltbus.mapping.MappingVerticle;
import dev.voltbus.mqtt.MqttVerticle;
import io.vertx.core.Deployable;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a node does for a site. Roles start in this order and stop in the reverse one, so that a
/// value has somewhere to go when it is read.
enum Role {
  MQTT {
    @Override
    Deployable verticle(Site site, Wiring wiring) {
      return new MqttVerticle(site, wiring);
    }
  },
  COMMAND {
    @Override
    Deployable verticle(Site site, Wiring wiring) {
      return new CommandVerticle(site, wiring);
    }
  },
  MAPPING {
    @Override
    Deployable verticle(Site site, Wiring wiring) {
      return new MappingVerticle(site, wiring);
    }
  },
  MIRROR {
    @Override
    boolean isFor(Site site) {
      return site.mirror() != null;
    }

    @Override
    Deployable verticle(Site site, Wiring wiring) {
      @Nullable Mirror mirror = site.mirror();
      if (mirror == null) {
        throw new IllegalStateException("site " + site.name() + " has no mirror");
      }
      return new MirrorVerticle(site, mirror, wiring);
    }
  },
  ACQUISITION {
    @Override
    Deployable verticle(Site site, Wiring wiring) {
      return new AcquisitionVerticle(site, wiring);
    }
  },
  /// A member of the cluster without work: the third voice where two nodes do the work.
  WITNESS {
    @Override
    boolean isFor(Site site) {
      return false;
    }

    @Override
    Deployable verticle(Site site, Wiring wiring) {
      throw new IllegalStateException("a witness has no work");
    }
  };

  abstract Deployable verticle(Site site, Wiring wiring);

  /// Whether the site has work for it.
  boolean isFor(Site site) {
    return true;
  }

  /// The name used on the command line.
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Reads `acquisition,mapping`.
  ///
  /// @throws UsageException naming the word and the valid ones
  static Set<Role> parse(String text) {
    Set<Role> roles = EnumSet.noneOf(Role.class);
    for (String word : text.split(",", -1)) {
      roles.add(
          Arrays.stream(values())
              .filter(role -> role.word().equals(word.strip()))
              .findFirst()
              .orElseThrow(() -> unknown(word.strip())));
    }
    return roles;
  }

  private static UsageException unknown(String word) {
    return new UsageException(
        "--roles: `"
            + word
            + "` is not a role; valid: "
            + String.join(", ", Arrays.stream(values()).map(Role::word).toList()));
  }
}
