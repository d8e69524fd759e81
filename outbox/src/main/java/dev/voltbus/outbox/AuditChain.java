package dev.voltbus.outbox;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How the lines of an audit file hang together: each has a number, the hash of the line before,
/// and its own hash over all of that. A line that is changed, taken out or put in breaks the chain.
///
/// `{"n":7,"prev":"<64 hex digits>",...,"hash":"<64 hex digits>"}`, the hash being SHA-256 of the
/// line up to the comma before `"hash"`.
record AuditChain(long next, String last) {
  /// What stands before the first line there ever was.
  static final String NOTHING = "0".repeat(64);

  static final AuditChain EMPTY = new AuditChain(1, NOTHING);

  private static final Pattern LINE =
      Pattern.compile(
          "(\\{\"n\":([0-9]{1,18}),\"prev\":\"([0-9a-f]{64})\",.*),\"hash\":\"([0-9a-f]{64})\"}");

  /// One line, and the chain behind it.
  record Link(String line, AuditChain chain) {}

  /// Makes the next line.
  ///
  /// @param members JSON members without braces, at least one
  Link link(String members) {
    String body = "{\"n\":" + next + ",\"prev\":\"" + last + "\"," + members;
    String hash = hash(body);
    return new Link(body + ",\"hash\":\"" + hash + "\"}", new AuditChain(next + 1, hash));
  }

  /// The chain behind a line, whatever stands before it; empty if the line is not whole or was
  /// changed.
  static Optional<AuditChain> after(String line) {
    Matcher parts = LINE.matcher(line);
    if (!parts.matches() || !hash(parts.group(1)).equals(parts.group(4))) {
      return Optional.empty();
    }
    return Optional.of(new AuditChain(Long.parseLong(parts.group(2)) + 1, parts.group(4)));
  }

  /// What is wrong with a line that should come next; empty if nothing is.
  Optional<String> objection(String line) {
    Matcher parts = LINE.matcher(line);
    if (!parts.matches()) {
      return Optional.of("is no line of an audit");
    }
    if (!hash(parts.group(1)).equals(parts.group(4))) {
      return Optional.of("was changed: its hash does not fit");
    }
    long number = Long.parseLong(parts.group(2));
    if (number != next) {
      return Optional.of("has number " + number + ", expected is " + next);
    }
    return parts.group(3).equals(last)
        ? Optional.empty()
        : Optional.of("does not follow the line before it: that was exchanged");
  }

  private static String hash(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException never) {
      throw new IllegalStateException("every Java platform has SHA-256", never);
    }
  }
}
