package dev.voltbus.deploy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/// Reads a YAML 1.2 file into a tree that remembers its lines.
final class YamlFile {
  static final int LARGEST = 1 << 20;
  private static final int DEEPEST = 50;

  private final Path path;
  private final Variables variables;
  private final Faults faults;

  YamlFile(Path path, Variables variables, Faults faults) {
    this.path = path;
    this.variables = variables;
    this.faults = faults;
  }

  /// The tree, or nothing after a fault was added.
  Optional<ConfigTree> read() {
    int before = faults.count();
    Optional<ConfigTree> tree = text().flatMap(this::parse);
    return faults.count() == before ? tree : Optional.empty();
  }

  private Optional<String> text() {
    try {
      return checkedText();
    } catch (CharacterCodingException e) {
      return refused("is not UTF-8 text");
    } catch (IOException | SecurityException e) {
      return refused("cannot be read (" + e.getClass().getSimpleName() + ")");
    }
  }

  private Optional<String> checkedText() throws IOException {
    if (!Files.exists(path)) {
      return refused("does not exist");
    }
    if (Files.isDirectory(path)) {
      return refused("is a directory, not a file");
    }
    if (!Files.isRegularFile(path)) {
      return refused("is not a regular file");
    }
    if (Files.size(path) > LARGEST) {
      return refused(Files.size(path) + " bytes are more than the " + LARGEST + " allowed");
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path));
    String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    return Optional.of(text.startsWith("\uFEFF") ? text.substring(1) : text);
  }

  private <T> Optional<T> refused(String message) {
    faults.add(path.toString(), message);
    return Optional.empty();
  }

  private Optional<ConfigTree> parse(String text) {
    LoadSettings settings =
        LoadSettings.builder().setSchema(new CoreSchema()).setAllowDuplicateKeys(true).build();
    try {
      if (isTooDeep(settings, text)) {
        return Optional.empty();
      }
      Optional<Node> node = new Compose(settings).composeString(text);
      if (node.isEmpty()) {
        return refused("is empty");
      }
      return Optional.of(new YamlTree(path.toString(), variables, faults).convert(node.get()));
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
      String column =
          e.getProblemMark().map(mark -> " at column " + (mark.getColumn() + 1)).orElse("");
      String problem = e.getProblem();
      return notYaml(
          line, column, problem.startsWith("but ") ? e.getContext() + ", " + problem : problem);
    } catch (ReaderException e) {
      int line = 1 + (int) text.codePoints().limit(e.getPosition()).filter(c -> c == '\n').count();
      return notYaml(line, "", "character U+%04X is not allowed".formatted(e.getCodePoint()));
    } catch (YamlEngineException e) {
      return notYaml(1, "", String.valueOf(e.getMessage()));
    }
  }

  private <T> Optional<T> notYaml(int line, String column, String problem) {
    String message = "not valid YAML" + column + ": " + problem.strip().replaceAll("\\s+", " ");
    faults.add(new Fault(path.toString(), line, "", "", message));
    return Optional.empty();
  }

  /// Composing recurses, so that a file of nothing but brackets would end the thread.
  private boolean isTooDeep(LoadSettings settings, String text) {
    int depth = 0;
    for (Event event : new Parse(settings).parseString(text)) {
      switch (event.getEventId()) {
        case MappingStart, SequenceStart -> depth++;
        case MappingEnd, SequenceEnd -> depth--;
        default -> {}
      }
      if (depth > DEEPEST) {
        int line = event.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
        faults.add(
            new Fault(path.toString(), line, "", "", "is nested more than " + DEEPEST + " deep"));
        return true;
      }
    }
    return false;
  }
}
