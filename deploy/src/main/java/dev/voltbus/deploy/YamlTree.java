package dev.voltbus.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.CoreScalarResolver;

/// Turns YAML nodes into a Jackson tree and a table of lines. Numbers keep their exact decimal
/// text.
final class YamlTree {
  private static final int MOST_VALUES = 100_000;
  private static final int LONGEST_NUMBER = 100;
  private static final int LARGEST_EXPONENT = 400;

  private final CoreScalarResolver resolver = new CoreScalarResolver(false);
  private final String file;
  private final Variables variables;
  private final Faults faults;
  private final Map<String, Integer> lines = new HashMap<>();
  private final Map<String, String> written = new HashMap<>();
  private int values;

  YamlTree(String file, Variables variables, Faults faults) {
    this.file = file;
    this.variables = variables;
    this.faults = faults;
  }

  ConfigTree convert(Node root) {
    JsonNode tree = convert(root, "", "", line(root));
    return new ConfigTree(file, tree, lines, written);
  }

  private JsonNode convert(Node node, String pointer, String path, int line) {
    lines.put(pointer, line);
    values++;
    if (values > MOST_VALUES || node.isRecursive()) {
      fault(
          line,
          "",
          "anchors unfold to more than " + MOST_VALUES + " values; write them out instead");
      return NullNode.instance;
    }
    return switch (node) {
      case MappingNode mapping -> mapping(mapping, pointer, path);
      case SequenceNode sequence -> sequence(sequence, pointer, path);
      case ScalarNode scalar -> {
        if (!Variables.names(scalar.getValue()).isEmpty()) {
          written.put(pointer, scalar.getValue());
        }
        yield scalar(scalar, path, line);
      }
      default -> NullNode.instance;
    };
  }

  private ObjectNode mapping(MappingNode mapping, String pointer, String path) {
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    for (NodeTuple tuple : mapping.getValue()) {
      int line = line(tuple.getKeyNode());
      if (!(tuple.getKeyNode() instanceof ScalarNode name)) {
        fault(line, path, "a key must be a single word");
      } else if (values <= MOST_VALUES) {
        String child = ConfigTree.child(pointer, name.getValue());
        if (out.has(name.getValue())) {
          fault(
              line,
              path,
              "key `"
                  + ConfigTree.shortened(name.getValue())
                  + "` is given twice, first in line "
                  + lines.getOrDefault(child, line));
        } else {
          String inner = path.isEmpty() ? name.getValue() : path + "." + name.getValue();
          out.set(name.getValue(), convert(tuple.getValueNode(), child, inner, line));
        }
      }
    }
    return out;
  }

  private ArrayNode sequence(SequenceNode sequence, String pointer, String path) {
    ArrayNode out = JsonNodeFactory.instance.arrayNode();
    for (Node item : sequence.getValue()) {
      if (values <= MOST_VALUES) {
        String inner = path + "[" + out.size() + "]";
        out.add(convert(item, ConfigTree.child(pointer, out.size()), inner, line(item)));
      }
    }
    return out;
  }

  private JsonNode scalar(ScalarNode scalar, String path, int line) {
    String text;
    try {
      text = variables.fill(scalar.getValue());
    } catch (IllegalArgumentException e) {
      fault(line, path, String.valueOf(e.getMessage()));
      return NullNode.instance;
    }
    Tag tag = scalar.isPlain() ? resolver.resolve(text, true) : Tag.STR;
    if (tag.equals(Tag.NULL)) {
      return NullNode.instance;
    }
    if (tag.equals(Tag.BOOL)) {
      return BooleanNode.valueOf(Boolean.parseBoolean(text));
    }
    return tag.equals(Tag.INT) || tag.equals(Tag.FLOAT) ? number(text, tag) : new TextNode(text);
  }

  /// A number, or text where it is none that a computer should be asked to write out.
  private static JsonNode number(String text, Tag tag) {
    if (text.length() > LONGEST_NUMBER || text.matches(".*\\.(inf|Inf|INF|nan|NaN|NAN)")) {
      return new TextNode(text);
    }
    if (tag.equals(Tag.INT)) {
      return integer(whole(text));
    }
    try {
      BigDecimal decimal = new BigDecimal(text);
      boolean written = Math.abs((long) decimal.scale()) <= LARGEST_EXPONENT;
      return written ? DecimalNode.valueOf(decimal) : new TextNode(text);
    } catch (NumberFormatException e) {
      return new TextNode(text);
    }
  }

  private static JsonNode integer(BigInteger whole) {
    return whole.bitLength() < 64
        ? JsonNodeFactory.instance.numberNode(whole.longValue())
        : JsonNodeFactory.instance.numberNode(whole);
  }

  private static BigInteger whole(String text) {
    if (text.startsWith("0x")) {
      return new BigInteger(text.substring(2), 16);
    }
    return text.startsWith("0o") ? new BigInteger(text.substring(2), 8) : new BigInteger(text);
  }

  private void fault(int line, String path, String message) {
    faults.add(new Fault(file, line, path, "", message));
  }

  private static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }
}
