package dev.voltbus.deploy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.UUID;

/// Rendezvous hashing: each node has a number of its own for each key, and the highest has the best
/// claim. A node that comes or goes moves only its own share.
final class Rendezvous {
  private Rendezvous() {}

  /// How many of the others have a better claim to a key.
  static int rank(UUID self, Collection<UUID> others, String key) {
    long own = claim(self, key);
    return (int) others.stream().filter(other -> claim(other, key) > own).count();
  }

  private static long claim(UUID node, String key) {
    try {
      byte[] text = (node + " " + key).getBytes(StandardCharsets.UTF_8);
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(text)).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
