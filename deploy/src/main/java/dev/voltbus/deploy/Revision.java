package dev.voltbus.deploy;

import dev.voltbus.contract.Secret;
import dev.voltbus.contract.Site;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Which configuration a node has, for the others to compare.
///
/// @param number `revision` of the site file
/// @param digest of all that the configuration says, whichever file or variable it comes from, but
///   for secrets; empty if it is not known
record Revision(int number, String digest) {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,9}) ([0-9a-f]{16})");
  private static final int DIGITS = 16;

  /// Stands for what has no lasting text.
  static final String UNKNOWN = "?";

  static Revision of(Site site) {
    try {
      byte[] sum =
          MessageDigest.getInstance("SHA-256")
              .digest(describe(site).getBytes(StandardCharsets.UTF_8));
      return new Revision(site.revision(), HexFormat.of().formatHex(sum).substring(0, DIGITS));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /// For a member's attribute.
  String text() {
    return number + " " + digest;
  }

  /// @param text of another node, of whatever version; null if it says nothing
  static Revision parse(@Nullable String text) {
    Matcher matcher = TEXT.matcher(text == null ? "" : text);
    return matcher.matches()
        ? new Revision(Integer.parseInt(matcher.group(1)), matcher.group(2))
        : new Revision(0, "");
  }

  // ---- what a configuration says

  /// The same text in each process for equal configurations; sets and maps have another order in
  /// each process.
  static String describe(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case Secret secret -> "secret";
      case Record record -> describeRecord(record);
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry -> describe(entry.getKey()) + ":" + describe(entry.getValue()))
              .sorted()
              .collect(Collectors.joining(",", "{", "}"));
      case Set<?> set -> joined(set.stream().map(Revision::describe).sorted());
      case Collection<?> list -> joined(list.stream().map(Revision::describe));
      case Optional<?> optional -> describe(optional.orElse(null));
      case Enum<?> constant -> constant.name();
      case CharSequence text -> "'" + text + "'";
      case Number number -> number.toString();
      case Boolean flag -> flag.toString();
      case Character character -> character.toString();
      case Duration duration -> duration.toString();
      case UUID uuid -> uuid.toString();
      case Pattern pattern -> pattern.pattern();
      case java.nio.file.Path path -> path.toString();
      default -> value.getClass().isArray() ? describeArray(value) : UNKNOWN;
    };
  }

  private static String joined(Stream<String> parts) {
    return parts.collect(Collectors.joining(",", "[", "]"));
  }

  private static String describeArray(Object array) {
    return joined(
        IntStream.range(0, Array.getLength(array)).mapToObj(i -> describe(Array.get(array, i))));
  }

  private static String describeRecord(Record record) {
    return List.of(record.getClass().getRecordComponents()).stream()
        .map(component -> component.getName() + "=" + describe(part(record, component)))
        .collect(Collectors.joining(",", record.getClass().getSimpleName() + "(", ")"));
  }

  private static @Nullable Object part(Record record, RecordComponent component) {
    Method accessor = component.getAccessor();
    accessor.setAccessible(true);
    try {
      return accessor.invoke(record);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(component.toString(), e);
    }
  }
}
