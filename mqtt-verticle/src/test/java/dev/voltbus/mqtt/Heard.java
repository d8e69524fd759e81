package dev.voltbus.mqtt;

/// A message as a subscriber got it.
record Heard(String topic, String payload, int qos, boolean retained) {}
