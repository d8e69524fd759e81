package dev.voltbus.contract;

/// Where the value of a register comes from: words of the device, or other values of the device.
public sealed interface ValueSource permits WireSource, Derivation {}
