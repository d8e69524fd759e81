package dev.voltbus.deploy.planted.modbus;

import dev.voltbus.deploy.planted.contract.Planted.KnowsDeploy;

/// Violations on purpose.
public final class Planted {

  private Planted() {}

  /// Knows the other side.
  public static final class KnowsContract {
    final KnowsDeploy part = new KnowsDeploy();
  }
}
