package dev.voltbus.deploy;

import dev.voltbus.contract.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Refuses secrets in files that others can open, unless that was asked for by name.
final class SecretFiles {
  private static final Logger LOG = LoggerFactory.getLogger(SecretFiles.class);

  private static final int LONGEST = 65_535;

  /// The kubelet sets it in each container.
  private static final String POD = "KUBERNETES_SERVICE_HOST";

  private final boolean takesInsecure;
  private final @Nullable Path envFile;
  private final Map<String, String> inEnvFile;
  private final Function<String, @Nullable String> environment;

  /// @param takesInsecure whether others may be able to open the files; said in the log of each
  /// @param envFile file of variables, or null for none
  /// @param inEnvFile what stands in that file
  SecretFiles(
      boolean takesInsecure,
      @Nullable Path envFile,
      Map<String, String> inEnvFile,
      Function<String, @Nullable String> environment) {
    this.takesInsecure = takesInsecure;
    this.envFile = envFile;
    this.inEnvFile = Map.copyOf(inEnvFile);
    this.environment = environment;
  }

  /// Takes nothing that others can open.
  static SecretFiles strict(Function<String, @Nullable String> environment) {
    return new SecretFiles(false, null, Map.of(), environment);
  }

  /// The secret in a file, or nothing after a fault was added at the key that names it.
  ///
  /// @param what it is, for people
  Optional<Secret> read(Section section, String key, Path file, String what) {
    try {
      if (Files.isRegularFile(file) && Files.size(file) <= LONGEST) {
        Secret secret = Secret.inFile(file);
        if (!secret.reveal().isEmpty()) {
          check(section, key, file);
          return Optional.of(secret);
        }
      }
    } catch (IOException e) {
      // told below, with the same advice
    }
    section.secretFault(
        key, file + " is not a readable file with a " + what + " of at most " + LONGEST + " bytes");
    return Optional.empty();
  }

  /// Adds a fault at a key where others can open the file it names.
  void check(Section section, String key, Path file) {
    exposed(file).ifPresent(fault -> complain(section, key, fault));
  }

  /// The same for the file of variables, where a secret comes from there.
  void checkVariable(Section section, String key, String variable) {
    @Nullable Path file = envFile;
    if (file != null && inEnvFile.containsKey(variable) && environment.apply(variable) == null) {
      exposed(file)
          .ifPresent(fault -> complain(section, key, "variable " + variable + " is from " + fault));
    }
  }

  private void complain(Section section, String key, String fault) {
    if (takesInsecure) {
      LOG.warn("{}: {}; taken because of --insecure-files", key, fault);
    } else {
      section.secretFault(key, fault + " it, or take it as it is with --insecure-files");
    }
  }

  /// What is wrong with a file that others can open, and its cure.
  Optional<String> exposed(Path file) {
    try {
      return FileAccess.of(file, environment.apply(POD) != null)
          .filter(access -> !access.isPrivate())
          .map(access ->
              file
                  + " with mode "
                  + access.octal()
                  + " can be opened by others than its owner; chmod "
                  + access.cure());
    } catch (IOException e) {
      return Optional.empty(); // one that cannot be read is a fault of its own
    }
  }
}
