package dev.voltbus.deploy;

import dev.voltbus.contract.Secret;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Reads the keys with which senders sign their commands.
final class SenderKeys {
  private final Path siteFile;
  private final Variables variables;
  private final SecretFiles secrets;

  SenderKeys(Path siteFile, Variables variables, SecretFiles secrets) {
    this.siteFile = siteFile;
    this.variables = variables;
    this.secrets = secrets;
  }

  /// The keys by name of the sender; those with a fault are left out.
  Map<String, Secret> read(Map<String, Section> senders) {
    Map<String, Secret> keys = new HashMap<>();
    senders.forEach((name, sender) -> key(sender).ifPresent(key -> keys.put(name, key)));
    return keys;
  }

  private Optional<Secret> key(Section sender) {
    if (sender.has("key-file") == sender.has("key-env")) {
      String story =
          sender.has("key-file")
              ? "the key is given twice; keep `key-file` or `key-env`"
              : "no key; name a file with `key-file` or an environment variable with `key-env`";
      sender.secretFault("key-env", story);
      return Optional.empty();
    }
    return sender.has("key-env")
        ? inVariable(sender)
        : secrets.read(sender, "key-file", siteFile.resolveSibling(sender.text("key-file")), "key");
  }

  private Optional<Secret> inVariable(Section sender) {
    String variable = sender.text("key-env");
    Optional<String> value = variables.value(variable).filter(text -> !text.isEmpty());
    if (value.isEmpty()) {
      sender.secretFault("key-env", "variable " + variable + " is not set or empty");
    }
    secrets.checkVariable(sender, "key-env", variable);
    return value.map(Secret::new);
  }
}
