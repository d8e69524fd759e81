package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/// Rules that only the sources show: poms, and what tests must not do.
class SourceTreeTest {

  private static final Path ROOT = Path.of("..");
  private static final Pattern SLEEP =
      Pattern.compile("\\bThread\\s*\\.\\s*sleep\\b|\\bTimeUnit\\.\\w+\\.sleep\\b");
  private static final Pattern SWITCHED_OFF =
      Pattern.compile("^\\s*@Disabled\\b", Pattern.MULTILINE);

  // One place for versions: the parent. A second one gets forgotten at the next upgrade.
  @Test
  void childPomsCarryNoVersions() throws Exception {
    List<String> found = new ArrayList<>();
    for (String module : modules()) {
      Path pom = ROOT.resolve(module).resolve("pom.xml");
      found.addAll(versions(module, xml(pom)));
    }
    assertEquals(List.of(), found);
  }

  @Test
  void versionInAChildPomIsFound(@TempDir Path folder) throws Exception {
    String pom =
        "<project><parent><version>1</version></parent><dependencies><dependency>"
            + "<artifactId>a</artifactId><version>2</version></dependency></dependencies>"
            + "<build><plugins><plugin><artifactId>b</artifactId><version>3</version>"
            + "</plugin></plugins></build></project>";
    Path file = Files.writeString(folder.resolve("pom.xml"), pom);
    assertEquals(List.of("m: version of a", "m: version of b"), versions("m", xml(file)));
  }

  // A sleeping test is slow on a quick machine and fails on a slow one.
  @Test
  void testsNeverSleep() throws IOException {
    assertEquals(List.of(), testSourcesWith(SLEEP));
  }

  // What is switched off is not tested; an issue and a fix are better than a skipped test.
  @Test
  void noTestIsSwitchedOff() throws IOException {
    assertEquals(List.of(), testSourcesWith(SWITCHED_OFF));
  }

  @Test
  void sleepsAndSwitchedOffTestsAreFound() {
    assertTrue(SLEEP.matcher("Thread" + ".sleep(1);").find());
    assertTrue(SLEEP.matcher("TimeUnit" + ".SECONDS.sleep(1);").find());
    assertTrue(SWITCHED_OFF.matcher("\n  @" + "Disabled(\"later\")").find());
  }

  private static List<String> testSourcesWith(Pattern pattern) throws IOException {
    List<String> found = new ArrayList<>();
    for (String module : modules()) {
      Path tests = ROOT.resolve(module).resolve("src/test/java");
      if (Files.exists(tests)) {
        try (Stream<Path> files = Files.walk(tests)) {
          files
              .filter(file -> file.toString().endsWith(".java"))
              .filter(file -> pattern.matcher(read(file)).find())
              .map(file -> ROOT.relativize(file).toString())
              .forEach(found::add);
        }
      }
    }
    return found;
  }

  private static List<String> modules() throws IOException {
    NodeList modules = xml(ROOT.resolve("pom.xml")).getElementsByTagName("module");
    return elements(modules).map(module -> module.getTextContent().strip()).toList();
  }

  private static List<String> versions(String module, Document pom) {
    return Stream.of("dependency", "plugin", "path", "artifactItem")
        .flatMap(tag -> elements(pom.getElementsByTagName(tag)))
        .filter(element -> element.getElementsByTagName("version").getLength() > 0)
        .map(element -> element.getElementsByTagName("artifactId").item(0).getTextContent())
        .map(artifact -> module + ": version of " + artifact)
        .toList();
  }

  private static Stream<Element> elements(NodeList nodes) {
    return Stream.iterate(0, i -> i < nodes.getLength(), i -> i + 1)
        .map(i -> (Element) nodes.item(i));
  }

  private static Document xml(Path file) throws IOException {
    try {
      return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    } catch (ParserConfigurationException | SAXException e) {
      throw new IOException("cannot read " + file, e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
