package dev.voltbus.deploy;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Who may open a file that holds a secret.
///
/// @param mode permission bits, 0..07777
/// @param owner user id of the file's owner
/// @param user user id of this process
/// @param isPodSecret whether the kubelet put the file there: its owner is root and nobody but the
///   containers of this pod sees it, whatever its bits
record FileAccess(int mode, long owner, long user, boolean isPodSecret) {
  private static final int OTHERS = 0077;

  /// All but reading by the group.
  private static final int OTHERS_OF_ROOTS = 0037;

  /// The access to a file, nothing where its file system has no such bits. Links are followed.
  ///
  /// @param isInPod whether this process runs in a Kubernetes pod
  /// @throws IOException if it cannot be looked at
  static Optional<FileAccess> of(Path file, boolean isInPod) throws IOException {
    if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return Optional.empty();
    }
    Map<String, Object> attributes = Files.readAttributes(file, "unix:mode,uid");
    int mode = ((Number) attributes.getOrDefault("mode", 0)).intValue() & 07777;
    long owner = ((Number) attributes.getOrDefault("uid", 0)).longValue();
    boolean isPodSecret = isInPod && owner == 0 && isOfKubelet(file);
    return Optional.of(new FileAccess(mode, owner, new UnixSystem().getUid(), isPodSecret));
  }

  /// The kubelet changes all files of a volume at once by links over `..data` to a folder such as
  /// `..2026_11_26_17_00_00.123`.
  private static boolean isOfKubelet(Path file) throws IOException {
    for (Path part : file.toRealPath()) {
      if (part.toString().startsWith("..2")) {
        return true;
      }
    }
    return false;
  }

  /// Whether nobody gets at the secret but whoever must. A file of root's may be read by its group,
  /// as that is how a service without root's rights reads it: keys of `root:ssl-cert`, credentials
  /// of systemd, secrets of Kubernetes with an fsGroup.
  boolean isPrivate() {
    return isPodSecret || (mode & (isForUsByGroup() ? OTHERS_OF_ROOTS : OTHERS)) == 0;
  }

  private boolean isForUsByGroup() {
    return owner == 0 && user != 0;
  }

  /// Mode as people write it, such as `0644`.
  String octal() {
    return "%04o".formatted(mode);
  }

  /// The mode it should have.
  String cure() {
    return isForUsByGroup() ? "640" : "600";
  }
}
