/// Values to topics, topics to command requests, and the broker connections in between.
@NullMarked
package dev.voltbus.mqtt;

import org.jspecify.annotations.NullMarked;
