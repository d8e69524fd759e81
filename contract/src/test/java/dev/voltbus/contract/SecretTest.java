package dev.voltbus.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretTest {
  @TempDir private Path folder;

  // Passwords are changed while gateways run for years.
  @Test
  void aChangedFileShowsItsNewSecret() throws IOException {
    Path file = Files.writeString(folder.resolve("password"), "first\n");
    Secret secret = Secret.inFile(file);
    assertEquals("first", secret.reveal());
    Files.writeString(file, "second\r\n");
    assertEquals("second", secret.reveal());
    Files.delete(file);
    assertEquals("first", secret.reveal());
    assertThrows(IOException.class, () -> Secret.inFile(file));
  }

  @Test
  void aSecretIsNeverPrinted() {
    assertEquals("***", new Secret("pass word").toString());
  }
}
