package dev.voltbus.deploy;

import dev.voltbus.contract.Site;
import dev.voltbus.simulator.BatterySite;
import dev.voltbus.simulator.broker.BrokerOptions;
import dev.voltbus.simulator.broker.MqttBroker;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Map;

/// What surrounds the gateway in the demo: a broker and simulated batteries.
///
/// @param mqtt port of the broker
/// @param pack Modbus port of the pack and its inverter
/// @param tower Modbus port of the BYD-type battery
record DemoSite(int mqtt, int pack, int tower) {
  /// The site that the demo runs, with these ports.
  Site site() throws ConfigException {
    return SiteFiles.load(
        Main.configFolder().resolve("sites/demo.yaml"),
        Main.configFolder(),
        Map.of(
            "MQTT_PORT", Integer.toString(mqtt),
            "MODBUS_PORT", Integer.toString(pack),
            "MODBUS_PORT_2", Integer.toString(tower)));
  }

  Future<Void> start(Vertx vertx) {
    return MqttBroker.start(vertx, BrokerOptions.at(Ports.HOST, mqtt))
        .compose(started -> vertx.deployVerticle(new BatterySite(pack, tower)))
        .mapEmpty();
  }
}
