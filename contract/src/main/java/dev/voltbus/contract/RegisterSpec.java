package dev.voltbus.contract;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One row of a register map: what it is called, where it comes from, how it is scaled and shown.
///
/// @param key symbolic key, unique in the map
/// @param topicSuffix last part of its topic (see `TopicText`)
/// @param source words of the device, or a derivation
/// @param scaling raw number to value
/// @param presentation label, unit, precision, texts
/// @param access whether it may be written
/// @param range bounds for writing, as raw numbers
/// @param absent raw values that mean "no sensor", "not implemented"
/// @param group name of the poll group; a derived value belongs to that of its first source
/// @param internal true if it serves other topics only and gets no topic of its own
/// @param guard which readings are held back
public record RegisterSpec(
    String key,
    String topicSuffix,
    ValueSource source,
    Scaling scaling,
    Presentation presentation,
    Access access,
    RawRange range,
    List<Long> absent,
    String group,
    boolean internal,
    Guard guard) {

  public static final String DEFAULT_GROUP = "default";

  public RegisterSpec {
    absent = List.copyOf(absent);
    if (key.isEmpty()) {
      throw new IllegalArgumentException("register without key");
    }
    if (topicSuffix.isEmpty()) {
      throw new IllegalArgumentException("register " + key + ": topic suffix is empty");
    }
  }

  /// A register whose readings are all taken.
  public RegisterSpec(
      String key,
      String topicSuffix,
      ValueSource source,
      Scaling scaling,
      Presentation presentation,
      Access access,
      RawRange range,
      List<Long> absent,
      String group,
      boolean internal) {
    this(
        key,
        topicSuffix,
        source,
        scaling,
        presentation,
        access,
        range,
        absent,
        group,
        internal,
        Guard.NONE);
  }

  /// A read-only register in the default poll group whose topic suffix follows from its key.
  public static RegisterSpec of(String key, ValueSource source) {
    return new RegisterSpec(
        key,
        TopicText.suffix(key, addressOf(source)),
        source,
        Scaling.ONE,
        Presentation.NONE,
        Access.READ_ONLY,
        RawRange.UNSTATED,
        List.of(),
        DEFAULT_GROUP,
        false);
  }

  public RegisterSpec withScaling(Scaling how) {
    return new RegisterSpec(
        key, topicSuffix, source, how, presentation, access, range, absent, group, internal, guard);
  }

  public RegisterSpec withPresentation(Presentation how) {
    return new RegisterSpec(
        key, topicSuffix, source, scaling, how, access, range, absent, group, internal, guard);
  }

  public RegisterSpec withAbsent(Long... sentinels) {
    return new RegisterSpec(
        key,
        topicSuffix,
        source,
        scaling,
        presentation,
        access,
        range,
        List.of(sentinels),
        group,
        internal,
        guard);
  }

  public RegisterSpec writable(RawRange bounds) {
    return new RegisterSpec(
        key,
        topicSuffix,
        source,
        scaling,
        presentation,
        Access.READ_WRITE,
        bounds,
        absent,
        group,
        internal,
        guard);
  }

  public RegisterSpec inGroup(String name) {
    return new RegisterSpec(
        key,
        topicSuffix,
        source,
        scaling,
        presentation,
        access,
        range,
        absent,
        name,
        internal,
        guard);
  }

  public RegisterSpec asInternal() {
    return new RegisterSpec(
        key, topicSuffix, source, scaling, presentation, access, range, absent, group, true, guard);
  }

  public RegisterSpec withGuard(Guard how) {
    return new RegisterSpec(
        key,
        topicSuffix,
        source,
        scaling,
        presentation,
        access,
        range,
        absent,
        group,
        internal,
        how);
  }

  /// The decimals that suit the value.
  ///
  /// @param exponent the scale factor that a register of the device states; each step down shows a
  ///   decimal more than the presentation's
  public int precision(int exponent) {
    return Math.clamp(presentation.precision() - exponent, 0, Presentation.MOST_DECIMALS);
  }

  /// What is wrong with the register that is to hold this one's scale factor, or nothing.
  ///
  /// @param scale the register named, or null if the map has none with that key
  public Optional<String> scaleFault(@Nullable RegisterSpec scale) {
    String start = "scale-register " + scaling.scaleRegister() + " ";
    if (!(source instanceof WireSource wire) || wire.type().isText()) {
      return Optional.of(start + "is for a number of the device only");
    }
    if (scale == null) {
      return Optional.of(start + "is not there");
    }
    if (!(scale.source instanceof WireSource factor)
        || factor.type().isText()
        || factor.type().isFloat()) {
      return Optional.of(start + "is no integer of the device");
    }
    if (!scale.scaling.equals(Scaling.ONE)) {
      return Optional.of(start + "is scaled itself");
    }
    return factor.table() == wire.table() && scale.group.equals(group)
        ? Optional.empty()
        : Optional.of(start + "is not read with it: table and group must be the same");
  }

  /// The address shown in payloads; 0 where there is none.
  public int shownAddress() {
    return addressOf(source);
  }

  private static int addressOf(ValueSource source) {
    return switch (source) {
      case WireSource wire -> wire.table().isModbus() ? wire.address() : 0;
      case Derivation derived -> derived.address() == null ? 0 : derived.address();
    };
  }
}
