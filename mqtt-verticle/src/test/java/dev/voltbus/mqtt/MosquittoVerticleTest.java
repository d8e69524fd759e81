package dev.voltbus.mqtt;

/// All of it against a real mosquitto.
class MosquittoVerticleTest extends MqttVerticleBehaviour {}
