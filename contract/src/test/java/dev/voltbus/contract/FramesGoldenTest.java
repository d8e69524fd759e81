package dev.voltbus.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The bytes of every released form. A node of the previous version sends and expects exactly
/// these, so a difference breaks the rolling update. For a new message: `mvn -pl contract test
/// -Dtest=FramesGoldenTest -Dvoltbus.golden=write`.
class FramesGoldenTest {
  private static final Path FOLDER = Path.of("src/test/resources/golden/frames/v1");
  private static final boolean WRITE = "write".equals(System.getProperty("voltbus.golden"));
  private static final int BYTES_IN_LINE = 32;

  private final Frames frames = new Frames();

  static Stream<String> names() {
    return Stream.concat(
        Samples.typical().keySet().stream(), Samples.later().keySet().stream().sorted());
  }

  @ParameterizedTest
  @MethodSource("names")
  void theGoldenBytesAreWrittenAndRead(String name) throws IOException {
    Message message = Samples.typical().getOrDefault(name, Samples.later().get(name));
    Buffer frame = Buffer.buffer();
    frames.encodeToWire(frame, message);
    Path file = FOLDER.resolve(name + ".hex");
    if (WRITE) {
      Files.writeString(file, lines(frame.getBytes()));
    }
    String golden = Files.readString(file);
    assertEquals(golden, lines(frame.getBytes()));
    byte[] bytes = HexFormat.of().parseHex(golden.replaceAll("\\s", ""));
    assertEquals(message, frames.decodeFromWire(0, Buffer.buffer(bytes)));
  }

  private static String lines(byte[] bytes) {
    StringBuilder out = new StringBuilder();
    for (int at = 0; at < bytes.length; at += BYTES_IN_LINE) {
      int end = Math.min(bytes.length, at + BYTES_IN_LINE);
      out.append(HexFormat.of().formatHex(bytes, at, end)).append('\n');
    }
    return out.toString();
  }
}
