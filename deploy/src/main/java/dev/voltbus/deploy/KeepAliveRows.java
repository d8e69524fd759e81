package dev.voltbus.deploy;

import dev.voltbus.contract.Access;
import dev.voltbus.contract.KeepAlive;
import dev.voltbus.contract.RegisterCodec;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import dev.voltbus.contract.Writing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads `keep-alive` and `watchdog` of a device file.
final class KeepAliveRows {
  private final Map<String, RegisterSpec> writable = new LinkedHashMap<>();
  private final Map<String, Writing> writing;

  /// @param writing how the rows are written, by key
  KeepAliveRows(List<RegisterSpec> rows, Map<String, Writing> writing) {
    this.writing = writing;
    for (RegisterSpec row : rows) {
      if (row.access() == Access.READ_WRITE) {
        writable.put(row.key(), row);
      }
    }
  }

  List<KeepAlive> read(Section root) {
    List<KeepAlive> rules = new ArrayList<>();
    for (Section section : root.list("keep-alive")) {
      rule(section, KeepAlive.Kind.VALUE).ifPresent(rules::add);
    }
    for (Section section : root.list("watchdog")) {
      rule(section, RegisterRow.constant(KeepAlive.Kind.class, section.text("kind")))
          .ifPresent(rules::add);
    }
    return rules;
  }

  private Optional<KeepAlive> rule(Section section, KeepAlive.Kind kind) {
    int before = section.faults().count();
    checkKey(section, kind);
    List<String> with = with(section);
    Duration period =
        section.duration("period", KeepAlive.SHORTEST, KeepAlive.SHORTEST, KeepAlive.LONGEST);
    if (section.faults().count() > before) {
      return Optional.empty();
    }
    @Nullable Double value =
        section.has("value") ? Double.valueOf(section.node().get("value").doubleValue()) : null;
    KeepAlive.When when =
        RegisterRow.constant(KeepAlive.When.class, section.text("when", "always"));
    return section.make(() -> new KeepAlive(section.text("key"), kind, value, period, when, with));
  }

  private void checkKey(Section section, KeepAlive.Kind kind) {
    String key = section.text("key");
    RegisterSpec spec = writable.get(key);
    if (spec == null) {
      section.fault("key", unknown(key));
      return;
    }
    Writing how = writing.getOrDefault(key, Writing.USUAL);
    if (how.storage() == Writing.Storage.FLASH) {
      section.fault("key", key + " is flash, which writing it again and again would wear out");
    }
    if (spec.source() instanceof WireSource wire) {
      checkValue(section, kind, spec, wire.type());
    }
  }

  private static void checkValue(
      Section section, KeepAlive.Kind kind, RegisterSpec spec, WireType type) {
    if (kind != KeepAlive.Kind.VALUE && (type.isFloat() || type.isText())) {
      section.fault("key", "type " + type.word() + " cannot count or toggle; an integer type can");
    } else if (kind != KeepAlive.Kind.VALUE && spec.scaling().scaleRegister() != null) {
      section.fault(
          "key",
          "its scale factor stands in "
              + spec.scaling().scaleRegister()
              + "; it cannot count or toggle");
    } else if (section.has("value")) {
      tryOut(section, RegisterCodec.of(spec));
    }
  }

  private static void tryOut(Section section, RegisterCodec codec) {
    double value = section.node().get("value").doubleValue();
    try {
      if (codec.spec().scaling().scaleRegister() == null) {
        codec.encodeInto(new short[codec.wire().words()], value);
      } else {
        codec.checkNumber(value);
      }
    } catch (IllegalArgumentException e) {
      section.fault("value", String.valueOf(e.getMessage()));
    }
  }

  private List<String> with(Section section) {
    List<String> keys = section.texts("for");
    for (int i = 0; i < keys.size(); i++) {
      if (!writable.containsKey(keys.get(i))) {
        section.fault("for", i, unknown(keys.get(i)));
      }
    }
    if (section.has("for") && !section.text("when").equals("after-write")) {
      section.fault("for", "needs `when: after-write`");
    }
    return keys;
  }

  private String unknown(String key) {
    return "`"
        + key
        + "` is not one of the registers with `access: rw`"
        + Nearest.question(key, List.copyOf(writable.keySet()));
  }
}
