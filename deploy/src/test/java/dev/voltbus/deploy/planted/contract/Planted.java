package dev.voltbus.deploy.planted.contract;

import dev.voltbus.deploy.planted.deploy.Part;
import dev.voltbus.deploy.planted.modbus.Planted.KnowsContract;

/// Violations on purpose.
public final class Planted {

  private Planted() {}

  /// Knows who wires it.
  public static final class KnowsDeploy {
    final Part part = new Part();
  }

  static final class KnowsModbus {
    final Class<?> other = KnowsContract.class;
  }
}
