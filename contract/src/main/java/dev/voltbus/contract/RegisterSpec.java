package dev.voltbus.contract;

import java.util.List;

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
    boolean internal) {

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
        key, topicSuffix, source, how, presentation, access, range, absent, group, internal);
  }

  public RegisterSpec withPresentation(Presentation how) {
    return new RegisterSpec(
        key, topicSuffix, source, scaling, how, access, range, absent, group, internal);
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
        internal);
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
        internal);
  }

  public RegisterSpec inGroup(String name) {
    return new RegisterSpec(
        key, topicSuffix, source, scaling, presentation, access, range, absent, name, internal);
  }

  public RegisterSpec asInternal() {
    return new RegisterSpec(
        key, topicSuffix, source, scaling, presentation, access, range, absent, group, true);
  }

  /// The address shown in payloads; 0 where there is none.
  public int shownAddress() {
    return addressOf(source);
  }

  private static int addressOf(ValueSource source) {
    return switch (source) {
      case WireSource wire -> wire.address();
      case Derivation derived -> derived.address() == null ? 0 : derived.address();
    };
  }
}
