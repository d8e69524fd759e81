package dev.voltbus.command;

import dev.voltbus.command.Refusal.Code;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// The signed frame of a command: `id`, `issued_at` (Unix seconds), `ttl` (s), `sender`, `sig`
/// beside its own members in the same JSON object.
///
/// `sig` is HMAC-SHA256 with the sender's key, in hex, over these lines, each ended by `\n`:
/// `voltbus-command-1`, site, battery, command, then `name=value` of every member but `sig` in the
/// order of their names, each value as it is written.
///
/// @param id identity that the sender gave the command
record Envelope(String id, double issuedAt, double ttl, String sender, String sig) {
  static final double LONGEST_TTL = 30;
  static final double CLOCK_SKEW = 5;

  private static final String ID = "id";
  private static final String ISSUED_AT = "issued_at";
  private static final String TTL = "ttl";
  private static final String SENDER = "sender";
  private static final String SIG = "sig";
  static final List<String> KEYS = List.of(ID, ISSUED_AT, TTL, SENDER, SIG);
  private static final int MOST_ID = 64;
  private static final String FIRST_LINE = "voltbus-command-1";
  private static final String ALGORITHM = "HmacSHA256";

  /// What the signature is made for beside the payload.
  record Addressee(String site, String battery, String command) {}

  /// The envelope of a payload; empty if it has none of its members.
  static Optional<Envelope> of(CommandPayload payload) throws RefusedException {
    if (KEYS.stream().noneMatch(payload.members()::containsKey)) {
      return Optional.empty();
    }
    String id = needed(ID, payload.text(ID));
    if (id.isEmpty() || id.length() > MOST_ID) {
      throw new RefusedException(
          Code.WRONG_TYPE, ID + " of " + id.length() + " characters is not 1.." + MOST_ID);
    }
    double ttl = needed(TTL, payload.number(TTL));
    if (!(ttl > 0 && ttl <= LONGEST_TTL)) {
      throw new RefusedException(
          Code.WRONG_TYPE,
          TTL + " " + LimitsPayload.plain(ttl) + " s is not above 0 and up to 30 s");
    }
    return Optional.of(
        new Envelope(
            id,
            needed(ISSUED_AT, payload.number(ISSUED_AT)),
            ttl,
            needed(SENDER, payload.text(SENDER)),
            needed(SIG, payload.text(SIG))));
  }

  private static <T> T needed(String name, @Nullable T given) throws RefusedException {
    if (given == null) {
      throw new RefusedException(Code.NO_ENVELOPE, name + " is missing");
    }
    return given;
  }

  /// @param keys of senders, by name
  void checkSignature(CommandPayload payload, Addressee to, Map<String, String> keys)
      throws RefusedException {
    @Nullable String key = keys.get(sender);
    if (key == null) {
      throw new RefusedException(Code.UNKNOWN_SENDER, "no key of such a sender is known");
    }
    byte[] expected = signature(canonical(payload, to), key).getBytes(StandardCharsets.UTF_8);
    if (!MessageDigest.isEqual(expected, sig.getBytes(StandardCharsets.UTF_8))) {
      throw new RefusedException(Code.WRONG_SIGNATURE, "its signature does not fit");
    }
  }

  static String canonical(CommandPayload payload, Addressee to) {
    StringBuilder text = new StringBuilder();
    for (String line : List.of(FIRST_LINE, to.site, to.battery, to.command)) {
      text.append(line).append('\n');
    }
    payload
        .members()
        .forEach((name, member) -> {
          if (!name.equals(SIG)) {
            text.append(name).append('=').append(member.text()).append('\n');
          }
        });
    return text.toString();
  }

  static String signature(String canonical, String key) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), ALGORITHM));
      return HexFormat.of().formatHex(mac.doFinal(canonical.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException never) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, never);
    }
  }

  /// @param wallMillis now
  void checkTime(long wallMillis) throws RefusedException {
    double now = wallMillis / 1_000.0;
    if (issuedAt > now + CLOCK_SKEW) {
      throw new RefusedException(
          Code.FROM_FUTURE,
          "issued %.1f s in the future; up to 5 s are taken".formatted(issuedAt - now));
    }
    if (now - issuedAt > ttl) {
      throw new RefusedException(
          Code.STALE, "issued %.1f s ago, with a ttl of %.1f s".formatted(now - issuedAt, ttl));
    }
  }

  /// By what it is recognised when it comes again.
  String key() {
    return sender + "/" + id;
  }

  /// The envelopes of ten minutes, by the wall time at which they came.
  static final class Seen {
    private static final long KEPT_MILLIS = TimeUnit.MINUTES.toMillis(10);
    private static final long NEEDED_MILLIS =
        TimeUnit.SECONDS.toMillis((long) (LONGEST_TTL + 2 * CLOCK_SKEW));
    private static final int MOST = 10_000;

    private final Map<String, Long> ids = new LinkedHashMap<>();

    void check(Envelope envelope, long wallMillis) throws RefusedException {
      ids.values().removeIf(at -> wallMillis - at > KEPT_MILLIS);
      if (ids.containsKey(envelope.key())) {
        throw new RefusedException(Code.REPEATED_ID, "a command with this id came before");
      }
      if (ids.size() >= MOST) {
        throw new RefusedException(
            Code.RATE_LIMIT, "more than " + MOST + " signed commands in 10 min");
      }
    }

    void remember(String key, long wallMillis) {
      ids.put(key, wallMillis);
    }

    /// Those that could still be taken if they were not known: what the next owner must know.
    Map<String, Long> needed(long wallMillis) {
      Map<String, Long> needed = new TreeMap<>(ids);
      needed.values().removeIf(at -> wallMillis - at > NEEDED_MILLIS);
      return needed;
    }
  }
}
