package dev.voltbus.command;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.voltbus.command.Refusal.Code;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.Collection;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The members of a command's JSON object, each as it was written.
///
/// @param members by name
record CommandPayload(NavigableMap<String, Member> members) {
  static final int MOST_BYTES = 4_096;
  static final int MOST_DEPTH = 8;

  private static final int MOST_SHOWN = 40;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // to say what is wrong with them
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(MOST_DEPTH).build())
          .build();

  /// @param text the number as it was written, the characters of a text, `true` or `false`
  /// @param number value of a number, else null
  record Member(Kind kind, String text, @Nullable Double number) {
    enum Kind {
      NUMBER,
      TEXT,
      TRUTH,
      OTHER
    }
  }

  /// Reads a JSON object with known members only, each once.
  static CommandPayload read(Buffer payload, Collection<String> known) throws RefusedException {
    checkSize(payload);
    try (JsonParser parser = JSON.createParser(payload.getBytes())) {
      return new CommandPayload(members(parser, known));
    } catch (StreamConstraintsException deep) {
      throw new RefusedException(Code.TOO_DEEP, "nested deeper than " + MOST_DEPTH + " levels");
    } catch (IOException malformed) {
      throw new RefusedException(Code.MALFORMED, "not JSON: " + firstLine(malformed));
    }
  }

  static void checkSize(Buffer payload) throws RefusedException {
    if (payload.length() > MOST_BYTES) {
      throw new RefusedException(Code.TOO_LARGE, "more than " + MOST_BYTES + " bytes");
    }
  }

  private static String firstLine(IOException failure) {
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
  }

  private static NavigableMap<String, Member> members(JsonParser parser, Collection<String> known)
      throws IOException, RefusedException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new RefusedException(
          Code.MALFORMED, "not a JSON object such as {\"max_charge\":50,\"max_discharge\":100}");
    }
    NavigableMap<String, Member> members = new TreeMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      Member member = member(parser);
      if (!known.contains(name)) {
        throw new RefusedException(
            Code.UNKNOWN_KEY,
            "unknown key `" + shortened(name) + "`; known: " + String.join(", ", known));
      }
      if (members.put(name, member) != null) {
        throw new RefusedException(Code.REPEATED_KEY, name + " is given twice");
      }
    }
    if (parser.nextToken() != null) {
      throw new RefusedException(Code.MALFORMED, "something stands behind the JSON object");
    }
    return members;
  }

  private static Member member(JsonParser parser) throws IOException {
    JsonToken token = parser.nextToken();
    if (token == null || token.isStructStart()) {
      parser.skipChildren();
      return new Member(Member.Kind.OTHER, "", null);
    }
    String text = parser.getText();
    return switch (token) {
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
          new Member(Member.Kind.NUMBER, text, parser.getDoubleValue());
      case VALUE_STRING -> new Member(Member.Kind.TEXT, text, null);
      case VALUE_TRUE, VALUE_FALSE -> new Member(Member.Kind.TRUTH, text, null);
      default -> new Member(Member.Kind.OTHER, text, null);
    };
  }

  private static String shortened(String text) {
    return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "...";
  }

  /// A finite number, or null if it is not given.
  @Nullable Double number(String name) throws RefusedException {
    @Nullable Member member = members.get(name);
    if (member == null) {
      return null;
    }
    @Nullable Double number = member.number;
    if (number == null) {
      throw new RefusedException(Code.WRONG_TYPE, name + " is not a number");
    }
    if (!Double.isFinite(number)) {
      throw new RefusedException(Code.NOT_FINITE, name + " is not finite");
    }
    return number;
  }

  /// A text, or null if it is not given.
  @Nullable String text(String name) throws RefusedException {
    @Nullable Member member = members.get(name);
    if (member != null && member.kind != Member.Kind.TEXT) {
      throw new RefusedException(Code.WRONG_TYPE, name + " is not a text");
    }
    return member == null ? null : member.text;
  }

  /// False if it is not given.
  boolean truth(String name) throws RefusedException {
    @Nullable Member member = members.get(name);
    if (member != null && member.kind != Member.Kind.TRUTH) {
      throw new RefusedException(Code.WRONG_TYPE, name + " is not true or false");
    }
    return member != null && member.text.equals("true");
  }
}
