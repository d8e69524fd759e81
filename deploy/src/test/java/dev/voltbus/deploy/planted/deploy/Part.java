package dev.voltbus.deploy.planted.deploy;

/// What `contract.Planted` must not know.
public final class Part {}
