package dev.voltbus.contract;

import org.jspecify.annotations.Nullable;

/// The version that the build wrote into the product's jars.
public final class ProductVersion {
  private ProductVersion() {}

  /// Such as `1.4.0`; `unpackaged` when the product does not run from its jars.
  public static String text() {
    @Nullable String version = ProductVersion.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }
}
