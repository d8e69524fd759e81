/// A small MQTT 3.1.1 broker inside the process, for the demo and for tests; not a production
/// broker.
@NullMarked
package dev.voltbus.simulator.broker;

import org.jspecify.annotations.NullMarked;
