package dev.voltbus.contract;

/// Where roles say how the parts they own are doing, for `/health` and the log of an operator.
public interface Health {

  /// The part works.
  ///
  /// @param part what it is, such as `link bms` or `publication tinybms`
  void up(String part);

  /// The part does not work.
  ///
  /// @param reason why, for people
  void down(String part, String reason);

  /// The part is no longer this process's business.
  void gone(String part);

  /// Tells nobody.
  static Health none() {
    return new Health() {
      @Override
      public void up(String part) {}

      @Override
      public void down(String part, String reason) {}

      @Override
      public void gone(String part) {}
    };
  }
}
