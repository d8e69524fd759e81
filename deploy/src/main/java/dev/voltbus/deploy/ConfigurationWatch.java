package dev.voltbus.deploy;

import dev.voltbus.contract.Health;
import dev.voltbus.contract.Metrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says which nodes of the cluster have another configuration than this one.
final class ConfigurationWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigurationWatch.class);

  /// What it tells of, in health.
  static final String PART = "configuration";

  private final Health health;
  private volatile int differing;
  private String said = "";

  ConfigurationWatch(Health health, Metrics metrics) {
    this.health = health;
    metrics.gauge(
        "voltbus_cluster_differing_configurations",
        "Nodes of the cluster with another configuration than this one",
        () -> differing);
  }

  /// To be called when members come or go.
  ///
  /// @param others by address
  synchronized void compare(Revision own, Map<String, Revision> others) {
    List<String> faults = new ArrayList<>();
    others.forEach((address, other) -> {
      if (!other.equals(own)) {
        faults.add(story(own, address, other));
      }
    });
    differing = faults.size();
    String story = String.join("; ", faults);
    if (story.equals(said)) {
      return;
    }
    said = story;
    if (faults.isEmpty()) {
      LOG.info("all nodes of the cluster have this configuration again");
      health.gone(PART);
    } else {
      LOG.warn("configuration: {}", story);
      health.down(PART, story);
    }
  }

  private static String story(Revision own, String address, Revision other) {
    if (other.number() > own.number()) {
      return "%s has revision %d of the site file, this node %d and takes nothing more over"
          .formatted(address, other.number(), own.number());
    }
    if (other.number() < own.number()) {
      return "%s has revision %d of the site file and takes nothing more over, this node %d"
          .formatted(address, other.number(), own.number());
    }
    return "%s has another configuration of the same revision %d; count `revision` up in the newer"
        .formatted(address, own.number());
  }
}
