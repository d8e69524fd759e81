package dev.voltbus.deploy.planted.mqtt;

/// Public without being a verticle: a violation on purpose.
public final class PublicPart {}
