package dev.voltbus.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// The vectors of contract tinybms: measured by others, so they do not share our mistakes.
class TinyBmsVectorsTest {
  private static final JsonObject VECTORS = read();

  private static JsonObject read() {
    try (InputStream in =
        TinyBmsVectorsTest.class.getResourceAsStream("/tinybms-test-vectors.json")) {
      byte[] bytes = Objects.requireNonNull(in).readAllBytes();
      return new JsonObject(new String(bytes, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static Stream<JsonObject> suffixes() {
    return VECTORS.getJsonArray("vectors").stream().map(JsonObject.class::cast);
  }

  @ParameterizedTest
  @MethodSource("suffixes")
  void aSuffixIsWhatTheReferenceMakesOfIt(JsonObject vector) {
    assertEquals(vector.getString("suffix"), TopicText.suffix(vector.getString("candidate"), 36));
  }

  @ParameterizedTest
  @CsvSource({
    "victron/tinybms, victron/tinybms",
    "' home/garage/battery ', home/garage/battery",
    "/Home//My Garage/#/, home/my_garage",
    "a/ - /b, a/b",
    "-x/y., _x/y",
    "///, ''",
    "'', ''"
  })
  void aRootTopicFollowsTheRuleLevelByLevel(String root, String topic) {
    assertEquals(topic, TopicText.root(root));
  }

  private static final WireSource U16 = WireSource.holding(0, WireType.U16);
  private static final WireSource S16 = WireSource.holding(0, WireType.S16);
  private static final WireSource U32 =
      WireSource.holding(0, WireType.U32).withWordOrder(WordOrder.LOW_FIRST);
  private static final WireSource F32 =
      WireSource.holding(0, WireType.F32).withWordOrder(WordOrder.LOW_FIRST);

  // Types and scales of the bridge (contract tinybms section 7).
  private static final Map<Integer, RegisterCodec> BRIDGE =
      Map.ofEntries(
          Map.entry(32, codec(U32, "1")),
          Map.entry(36, codec(U16, "0.01")),
          Map.entry(38, codec(S16, "0.1")),
          Map.entry(46, codec(U16, "0.1")),
          Map.entry(45, codec(U16, "0.1")),
          Map.entry(102, codec(U16, "0.1")),
          Map.entry(103, codec(U16, "0.1")),
          Map.entry(113, codec(U16.withSlice(BitSlice.LOW_BYTE), "1")),
          Map.entry(1131, codec(U16.withSlice(BitSlice.HIGH_BYTE), "1")));

  private static RegisterCodec codec(WireSource wire, String scale) {
    return RegisterCodec.of(RegisterSpec.of("k", wire).withScaling(Scaling.by(scale)));
  }

  @Test
  void whatTheBridgeReadsIsDecodedAsItDoes() {
    JsonObject words = VECTORS.getJsonObject("decode_bridge").getJsonObject("registers");
    JsonObject expected = VECTORS.getJsonObject("decode_bridge").getJsonObject("expected");
    assertEquals(
        BRIDGE.keySet().stream().sorted().toList(),
        expected.fieldNames().stream().map(Integer::valueOf).sorted().toList());
    BRIDGE.forEach((address, codec) -> check(address, codec, words, expected));
  }

  private static void check(
      int address, RegisterCodec codec, JsonObject words, JsonObject expected) {
    int first = address == 1131 ? 113 : address;
    short[] block = new short[codec.wire().words()];
    for (int i = 0; i < block.length; i++) {
      block[i] = words.getInteger(Integer.toString(first + i)).shortValue();
    }
    JsonObject wanted = expected.getJsonObject(Integer.toString(address));
    long raw = codec.raw(block, 0);
    assertEquals(wanted.getLong("raw", raw), raw, "register " + address);
    assertEquals(wanted.getDouble("value", codec.value(raw)), codec.value(raw), 0.0);
  }

  @Test
  void whatTheDeviceSendsIsDecodedAsRevisionDSays() {
    assertEquals(52.8, revD("36_float_low_word_first", codec(F32, "1")), 0.0);
    assertEquals(-12.5, revD("38_float", codec(F32, "1")), 0.0);
    assertEquals(85.5, revD("46_soc", codec(U32, "0.000001")), 0.0);
    assertEquals(99.0, revD("45_soh", codec(U16, "0.002")), 0.0);
  }

  private static double revD(String name, RegisterCodec codec) {
    JsonObject vector = VECTORS.getJsonObject("decode_revd").getJsonObject(name);
    JsonArray words = vector.getJsonArray("words", JsonArray.of(vector.getInteger("raw", 0)));
    short[] block = new short[words.size()];
    for (int i = 0; i < block.length; i++) {
      block[i] = words.getInteger(i).shortValue();
    }
    long raw = codec.raw(block, 0);
    assertEquals(vector.getLong("raw", raw), raw, name);
    assertEquals(vector.getDouble("value"), codec.value(raw), 0.0, name);
    return codec.value(raw);
  }

  @Test
  void aSensorThatIsNotConnectedHasNoValue() {
    long sentinel =
        VECTORS.getJsonObject("decode_revd").getJsonObject("42_not_connected").getLong("raw");
    RegisterCodec codec = RegisterCodec.of(RegisterSpec.of("k", S16).withAbsent(sentinel));
    long raw = codec.raw(new short[] {(short) sentinel}, 0);
    assertEquals(QualityReason.SENSOR_ABSENT, codec.check(raw));
  }
}
