package dev.voltbus.deploy;

import dev.voltbus.contract.Publication;
import dev.voltbus.contract.PublicationRequest.Action;
import dev.voltbus.contract.PushSource;
import dev.voltbus.contract.Site;
import dev.voltbus.mqtt.MqttVerticle;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/// What a running gateway can be asked for from outside.
enum ControlAction {
  DISCOVER("mqtt discover", Action.DISCOVER, Duration.ofSeconds(5)) {
    @Override
    List<String> all(Site site) {
      return site.publications().stream()
          .filter(MqttVerticle::isDiscovered)
          .map(Publication::name)
          .toList();
    }
  },
  TEST("mqtt test", Action.TEST, Duration.ofSeconds(60)) {
    @Override
    List<String> all(Site site) {
      return publications(site);
    }
  },
  RELOAD("reload", Action.RECONNECT, Duration.ofSeconds(30)) {
    @Override
    List<String> all(Site site) {
      return Stream.concat(publications(site).stream(), pushLines(site)).toList();
    }
  };

  private final String words;
  private final Action action;
  private final Duration limit;

  ControlAction(String words, Action action, Duration limit) {
    this.words = words;
    this.action = action;
    this.limit = limit;
  }

  /// The publications that are asked where none is named, and lines over which devices are pushed.
  abstract List<String> all(Site site);

  /// All that can be named.
  List<String> known(Site site) {
    return this == RELOAD ? all(site) : publications(site);
  }

  /// As it is said on the command line.
  String words() {
    return words;
  }

  Action action() {
    return action;
  }

  /// How long an answer may take.
  Duration limit() {
    return limit;
  }

  /// Where the control socket takes it.
  String path() {
    return "/" + words.replace(' ', '/');
  }

  static Optional<ControlAction> at(String path) {
    return Arrays.stream(values()).filter(each -> each.path().equals(path)).findFirst();
  }

  private static List<String> publications(Site site) {
    return site.publications().stream().map(Publication::name).toList();
  }

  private static Stream<String> pushLines(Site site) {
    return site.devices().stream()
        .map(device -> device.push())
        .filter(Objects::nonNull)
        .map(PushSource::broker)
        .filter(broker -> broker.enabled())
        .map(MqttVerticle::pushLine)
        .distinct();
  }
}
