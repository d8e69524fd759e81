package dev.voltbus.deploy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonNodePath;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Checks a configuration file against its JSON schema and says what is wrong in the file's own
/// words. The `title` of a sub-schema completes the sentence "is not ...".
final class SchemaCheck {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonSchemaFactory SCHEMAS =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

  private final JsonNode text;
  private final JsonSchema schema;

  private SchemaCheck(JsonNode text) {
    this.text = text;
    SchemaValidatorsConfig config =
        SchemaValidatorsConfig.builder().pathType(PathType.JSON_POINTER).build();
    this.schema = SCHEMAS.getSchema(text, config);
  }

  /// The check for one kind of file; nothing after a fault was added.
  static Optional<SchemaCheck> of(Path schemaFile, Faults faults) {
    try {
      return Optional.of(new SchemaCheck(JSON.readTree(Files.readString(schemaFile))));
    } catch (JsonProcessingException e) {
      faults.add(schemaFile.toString(), "is not valid JSON; the installation is damaged");
    } catch (IOException e) {
      faults.add(
          schemaFile.toString(),
          "cannot be read; is this the config folder that came with voltbus?");
    }
    return Optional.empty();
  }

  /// Adds the faults of a file and returns whether there were none.
  boolean accepts(ConfigTree tree, Faults faults) {
    List<ValidationMessage> messages = new ArrayList<>(schema.validate(tree.root()));
    for (ValidationMessage message : messages) {
      faults.add(fault(tree, message));
    }
    return messages.isEmpty();
  }

  private Fault fault(ConfigTree tree, ValidationMessage message) {
    String at = message.getInstanceLocation().toString();
    String pointer = at.equals("/") ? "" : at;
    JsonNode rule = rule(message);
    JsonNode value = tree.root().at(pointer);
    boolean secret = pointer.contains("/password") || pointer.startsWith("/control/senders/");
    String property = message.getProperty();
    if (secret && !value.isContainerNode() && !value.isNull()) {
      return tree.secretFault(pointer, "the value is not " + title(rule, ""));
    }
    return switch (message.getType()) {
      case "required" ->
          tree.fault(ConfigTree.child(pointer, property), "required, but missing here");
      case "additionalProperties" -> unknownKey(tree, pointer, property, rule);
      case "propertyNames" -> propertyName(tree, pointer, message, rule);
      case "type" -> tree.fault(pointer, wrongType(value, rule));
      case "enum", "const" -> tree.fault(pointer, notOneOf(value, rule));
      case "minimum", "maximum", "exclusiveMinimum" -> tree.fault(pointer, outside(value, rule));
      case "minLength", "minItems", "minProperties" ->
          tree.fault(pointer, "must not be empty" + title(rule, "; give "));
      case "maxLength" ->
          tree.fault(pointer, "longer than the " + rule.get("maxLength") + " characters allowed");
      default -> tree.fault(pointer, shown(value) + " is not " + title(rule, ""));
    };
  }

  /// The sub-schema whose keyword was violated.
  private JsonNode rule(ValidationMessage message) {
    JsonNodePath fragment = message.getSchemaLocation().getFragment();
    JsonNode at = text;
    for (int i = 0; i < fragment.getNameCount() - 1; i++) {
      Object step = fragment.getElement(i);
      at = step instanceof Integer index ? at.path(index) : at.path(step.toString());
    }
    return at;
  }

  private JsonNode resolved(JsonNode rule) {
    String reference = rule.path("$ref").asText();
    return reference.startsWith("#") ? text.at(reference.substring(1)) : rule;
  }

  private static Fault unknownKey(ConfigTree tree, String pointer, String property, JsonNode rule) {
    String child = ConfigTree.child(pointer, property);
    List<String> known = new ArrayList<>();
    rule.path("properties").fieldNames().forEachRemaining(known::add);
    if (property.equals("password") && known.contains("password-file")) {
      return tree.secretFault(
          child,
          "a password does not belong in this file; name a file with `password-file` or an"
              + " environment variable with `password-env`");
    }
    return tree.secretFault(
        child,
        "unknown key `"
            + ConfigTree.shortened(property)
            + "`"
            + Nearest.question(property, known)
            + (Nearest.to(property, known).isPresent() ? " known keys: " : "; known keys: ")
            + String.join(", ", known));
  }

  private Fault propertyName(
      ConfigTree tree, String pointer, ValidationMessage message, JsonNode rule) {
    String name = String.valueOf(message.getProperty());
    return tree.secretFault(
        ConfigTree.child(pointer, name),
        "key `"
            + ConfigTree.shortened(name)
            + "` is not "
            + title(resolved(rule.path("propertyNames")), ""));
  }

  private static String wrongType(JsonNode value, JsonNode rule) {
    String type = rule.path("type").asText();
    String title = rule.path("title").asText();
    String expected =
        switch (type) {
          case "string" -> title.isEmpty() ? "text" : title;
          case "array" -> title.isEmpty() ? "a list" : "a list (" + title + ")";
          default -> typeName(type);
        };
    if (value.isNull()) {
      return "is empty, but must be " + expected;
    }
    boolean quotable = type.equals("string") && title.isEmpty() && value.isValueNode();
    return shown(value) + " is not " + expected + (quotable ? "; put it in quotes" : "");
  }

  private static String typeName(String type) {
    return switch (type) {
      case "object" -> "a section of `key: value` lines";
      case "integer" -> "a whole number";
      case "number" -> "a number";
      case "boolean" -> "true or false";
      default -> "text";
    };
  }

  private static String notOneOf(JsonNode value, JsonNode rule) {
    List<String> valid = new ArrayList<>();
    rule.path("enum").forEach(item -> valid.add(item.asText()));
    if (rule.has("const")) {
      valid.add(rule.get("const").asText());
    }
    return shown(value)
        + " is not one of "
        + String.join(", ", valid)
        + Nearest.question(value.asText(), valid);
  }

  private static String outside(JsonNode value, JsonNode rule) {
    String found = ConfigTree.shortened(value.asText());
    if (rule.has("minimum") && rule.has("maximum")) {
      return found
          + " is not in "
          + rule.get("minimum").asText()
          + ".."
          + rule.get("maximum").asText();
    }
    return rule.has("exclusiveMinimum")
        ? found + " is not above " + rule.get("exclusiveMinimum").asText()
        : found + " is below " + rule.path("minimum").asText();
  }

  private static String title(JsonNode rule, String before) {
    return rule.has("title") ? before + rule.get("title").asText() : "";
  }

  private static String shown(JsonNode value) {
    if (value.isObject()) {
      return "a section";
    }
    if (value.isArray()) {
      return "a list";
    }
    if (value.isNull() || value.isMissingNode()) {
      return "nothing";
    }
    String text = ConfigTree.shortened(value.asText());
    return value.isTextual() ? "`" + text + "`" : text;
  }
}
