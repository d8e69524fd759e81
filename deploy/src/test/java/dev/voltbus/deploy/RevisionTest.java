package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.voltbus.contract.Secret;
import dev.voltbus.contract.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What tells two configurations apart.
class RevisionTest {
  private static final Path CONFIG = Path.of("config");

  @TempDir private Path folder;

  private Site site(String replaced, String by) throws Exception {
    String demo = Files.readString(CONFIG.resolve("sites/demo.yaml"));
    Path file = folder.resolve("site.yaml");
    Files.writeString(file, demo.replace(replaced, by));
    return SiteFiles.load(file, CONFIG, Map.of());
  }

  @Test
  void theSameConfigurationHasTheSameDigestWhateverTheTextLooksLike() throws Exception {
    assertEquals(Revision.of(site("", "")), Revision.of(site("links:", "# a remark\n\nlinks:")));
  }

  @Test
  void anotherValueHasAnotherDigest() throws Exception {
    assertNotEquals(
        Revision.of(site("", "")).digest(), Revision.of(site("prefix: BE", "prefix: BX")).digest());
  }

  @Test
  void theNumberIsThatOfTheSiteFile() throws Exception {
    assertEquals(7, Revision.of(site("revision: 1", "revision: 7")).number());
    assertEquals(0, Revision.of(site("revision: 1", "")).number());
  }

  // Each process has another order, and whatever has no text of its own would have another one.
  @Test
  void allOfADemoSiteHasALastingText() throws IOException, ConfigException {
    Site demo = SiteFiles.load(CONFIG.resolve("sites/demo.yaml"), CONFIG, Map.of());
    String text = Revision.describe(demo);
    int at = text.indexOf("=" + Revision.UNKNOWN);
    assertFalse(at >= 0, () -> text.substring(Math.max(0, at - 60), at + 2));
    assertFalse(text.contains("@"), text);
  }

  @Test
  void orderOfMapsAndSetsDoesNotCount() {
    Map<String, Integer> one = new LinkedHashMap<>();
    Map<String, Integer> other = new LinkedHashMap<>();
    for (int i = 0; i < 10; i++) {
      one.put("k" + i, i);
      other.put("k" + (9 - i), 9 - i);
    }
    assertEquals(Revision.describe(one), Revision.describe(other));
    assertEquals(Revision.describe(one), Revision.describe(new HashMap<>(one)));
    assertEquals(
        Revision.describe(new LinkedHashSet<>(List.of("a", "b"))),
        Revision.describe(new HashSet<>(List.of("b", "a"))));
    assertNotEquals(Revision.describe(List.of("a", "b")), Revision.describe(List.of("b", "a")));
  }

  // A digest of it would tell whoever guesses that he is right.
  @Test
  void aSecretHasNoPartInIt() {
    assertEquals(Revision.describe(new Secret("one")), Revision.describe(new Secret("two")));
  }

  @Test
  void isReadAsItIsWritten() {
    Revision revision = new Revision(12, "0123456789abcdef");
    assertEquals(revision, Revision.parse(revision.text()));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "7", "7 xyz", "-1 0123456789abcdef", "99999999999 0123456789abcdef"})
  void whatANodeSaysThatIsNoneIsTheOldestOne(String text) {
    assertEquals(new Revision(0, ""), Revision.parse(text));
  }
}
