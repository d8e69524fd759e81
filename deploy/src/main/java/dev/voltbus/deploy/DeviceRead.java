package dev.voltbus.deploy;

import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.RegisterCodec;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.ScaleFactor;
import dev.voltbus.contract.WireSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Registers of a device file, read outside of a gateway: neighbours in one request, nothing else.
final class DeviceReads {

  /// One request.
  ///
  /// @param codecs the registers in it, in the order of their addresses
  record Block(RegisterPlace place, int count, List<RegisterCodec> codecs) {
    Block {
      codecs = List.copyOf(codecs);
    }

    /// A line for each register: where, key, value, raw words.
    List<String> lines(int[] words) {
      short[] block = new short[words.length];
      for (int i = 0; i < words.length; i++) {
        block[i] = (short) words[i];
      }
      return codecs.stream().map(codec -> line(codec, block)).toList();
    }

    private String line(RegisterCodec codec, short[] block) {
      int at = codec.wire().address() - place.address();
      StringBuilder raw = new StringBuilder();
      for (int i = 0; i < codec.wire().words(); i++) {
        raw.append(i == 0 ? "" : " ").append("%04x".formatted(block[at + i] & 0xFFFF));
      }
      return "  %-20s %-32s %-16s [%s]"
          .formatted(codec.wire().place(), codec.spec().key(), value(codec, block, at), raw);
    }

    private String value(RegisterCodec codec, short[] block, int at) {
      long raw = codec.raw(block, at);
      @Nullable String text = codec.text(block, at, raw);
      if (codec.wire().type().isText()) {
        return "\"" + text + "\"";
      }
      QualityReason reason = codec.check(raw);
      if (reason != QualityReason.NONE) {
        return reason.text();
      }
      @Nullable String factor = codec.spec().scaling().scaleRegister();
      long exponent = factor == null ? 0 : exponent(factor, block);
      if (!ScaleFactor.isValid(exponent)) {
        return raw + " x 10^" + factor;
      }
      String unit = codec.spec().presentation().unit();
      int decimals = Math.max(0, codec.spec().presentation().precision() - (int) exponent);
      String number =
          String.format(
              Locale.ROOT, "%." + decimals + "f", codec.value(raw, Math.toIntExact(exponent)));
      return number + (unit.isEmpty() ? "" : " " + unit) + (text == null ? "" : " " + text);
    }

    /// What the register with the power of ten says; no scale factor if it was not read here.
    private long exponent(String key, short[] block) {
      for (RegisterCodec codec : codecs) {
        if (codec.spec().key().equals(key)) {
          return codec.raw(block, codec.wire().address() - place.address());
        }
      }
      return Long.MIN_VALUE;
    }
  }

  private DeviceReads() {}

  /// The requests for some registers of a map, or for all.
  ///
  /// @param keys keys asked for; empty for all
  /// @throws UsageException for a key the map does not have, or that has no words
  static List<Block> of(RegisterMap map, List<String> keys) {
    check(map, keys);
    Set<String> factors = factors(map, keys);
    List<RegisterCodec> codecs = new ArrayList<>();
    for (RegisterSpec register : map.registers()) {
      boolean wanted =
          keys.isEmpty() || keys.contains(register.key()) || factors.contains(register.key());
      if (wanted && register.source() instanceof WireSource) {
        codecs.add(RegisterCodec.of(register));
      }
    }
    codecs.sort(
        Comparator.comparing((RegisterCodec codec) -> codec.wire().table())
            .thenComparingInt(codec -> codec.wire().address()));
    return blocks(codecs, map.limits().largestBlock());
  }

  /// The registers that hold the scale of those asked for.
  private static Set<String> factors(RegisterMap map, List<String> keys) {
    Set<String> factors = new HashSet<>();
    for (RegisterSpec register : map.registers()) {
      @Nullable String factor = register.scaling().scaleRegister();
      if (factor != null && keys.contains(register.key())) {
        factors.add(factor);
      }
    }
    return factors;
  }

  private static void check(RegisterMap map, List<String> keys) {
    List<String> known = map.registers().stream().map(RegisterSpec::key).toList();
    for (String key : keys) {
      int at = known.indexOf(key);
      if (at < 0) {
        throw new UsageException(
            "--key: "
                + map.model()
                + " has no register `"
                + key
                + "`"
                + Nearest.question(key, known));
      }
      if (!(map.registers().get(at).source() instanceof WireSource)) {
        throw new UsageException("--key: " + key + " is derived from others; read those");
      }
    }
  }

  private static List<Block> blocks(List<RegisterCodec> codecs, int largest) {
    List<Block> blocks = new ArrayList<>();
    List<RegisterCodec> run = new ArrayList<>();
    int end = 0;
    for (RegisterCodec codec : codecs) {
      WireSource wire = codec.wire();
      boolean joins = !run.isEmpty() && joins(run.getFirst().wire(), end, wire, largest);
      if (!run.isEmpty() && !joins) {
        blocks.add(block(run, end));
        run.clear();
      }
      end = run.isEmpty() ? wire.end() : Math.max(end, wire.end());
      run.add(codec);
    }
    if (!run.isEmpty()) {
      blocks.add(block(run, end));
    }
    return blocks;
  }

  private static boolean joins(WireSource first, int end, WireSource next, int largest) {
    int most = first.table().isBits() ? RegisterTable.COIL.largestRead() : largest;
    return next.table() == first.table()
        && next.address() <= end
        && next.end() - first.address() <= most;
  }

  private static Block block(List<RegisterCodec> run, int end) {
    WireSource first = run.getFirst().wire();
    RegisterPlace place = new RegisterPlace(first.table(), first.address(), "");
    return new Block(place, end - first.address(), run);
  }
}
