package dev.voltbus.contract;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A value computed from other values of the same device, once for each snapshot.
///
/// It is good only while every value it needs is good. For `MAX`, `MIN` and `SUM` values whose
/// sensor is absent are left out, as long as one remains.
///
/// @param op what is computed
/// @param of keys of the values it is computed from, in order
/// @param factor the result is multiplied by this
/// @param codes for `LOOKUP`: raw value to published number; a raw value that is not listed gives
///   `otherwise`
/// @param otherwise for `LOOKUP`: the number for a raw value that is not listed
/// @param otherwiseText for `LOOKUP`: the text for a raw value that is not listed, empty for none
/// @param address the address shown in payloads, or null where the value has none
public record Derivation(
    Op op,
    List<String> of,
    BigDecimal factor,
    Map<Long, Long> codes,
    long otherwise,
    String otherwiseText,
    @Nullable Integer address)
    implements ValueSource {

  /// What a derivation computes. Append only; the ordinal is on the wire.
  public enum Op {
    PRODUCT,
    RATIO,
    SUM,
    DIFFERENCE,
    MAX,
    MIN,
    LOOKUP
  }

  public Derivation {
    of = List.copyOf(of);
    codes = Map.copyOf(codes);
    int needed = op == Op.LOOKUP ? 1 : op == Op.RATIO || op == Op.DIFFERENCE ? 2 : 0;
    if (of.isEmpty() || (needed != 0 && of.size() != needed)) {
      throw new IllegalArgumentException(
          "derivation "
              + op
              + " needs "
              + (needed == 0 ? "at least one" : needed)
              + " value(s), not "
              + of.size());
    }
  }

  public static Derivation of(Op op, String... keys) {
    return new Derivation(op, List.of(keys), BigDecimal.ONE, Map.of(), 0, "", null);
  }

  public Derivation times(BigDecimal by) {
    return new Derivation(op, of, by, codes, otherwise, otherwiseText, address);
  }

  public Derivation at(int shownAddress) {
    return new Derivation(op, of, factor, codes, otherwise, otherwiseText, shownAddress);
  }

  /// Shows this text for a raw value that is not listed.
  public Derivation otherwiseSaying(String text) {
    return new Derivation(op, of, factor, codes, otherwise, text, address);
  }

  public static Derivation lookup(String key, Map<Long, Long> codes, long otherwise) {
    return new Derivation(Op.LOOKUP, List.of(key), BigDecimal.ONE, codes, otherwise, "", null);
  }
}
