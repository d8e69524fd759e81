package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.voltbus.mqtt.Manifest.Place;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What was retained is known after a restart and on another node, whatever happened to a file.
class ManifestTest {
  private static final Place PLACE = new Place("demo", "BE", "localhost_1883");
  private static final Place OLD = new Place("demo", "old", "localhost_1883");
  private static final Set<String> TOPICS = Set.of("BE/status", "BE/info");

  private final List<Vertx> nodes = new ArrayList<>();
  @TempDir private Path folder;

  @AfterEach
  void close() {
    nodes.forEach(node -> Await.result(node.close()));
  }

  /// One of another process: it shares nothing but the disk.
  private Manifest manifest(@Nullable Path state) {
    Vertx vertx = Vertx.vertx();
    nodes.add(vertx);
    return new Manifest(vertx, state, "mqtt broker=local publication=BE");
  }

  private Path file() {
    return folder.resolve("retained/demo/BE/localhost_1883");
  }

  private Set<String> onDisk() {
    return Await.result(manifest(folder).read(Set.of(PLACE)));
  }

  @Test
  void aListIsKnownToTheNextProcess() throws IOException {
    Await.result(manifest(folder).write(PLACE, TOPICS));
    assertEquals(
        "voltbus retained topics 1\nBE/info\nBE/status\nend 2\n", Files.readString(file()));
    assertEquals(TOPICS, onDisk());
  }

  // The other node has another disk, or none.
  @Test
  void aListIsKnownToTheNextNodeOfTheCluster() {
    Manifest first = manifest(null);
    Await.result(first.write(PLACE, TOPICS));
    Manifest second = new Manifest(nodes.getFirst(), folder, "mqtt broker=local publication=BE");
    assertEquals(TOPICS, Await.result(second.read(Set.of(PLACE))));
    assertEquals(Set.of(PLACE), Await.result(second.places("demo", "localhost_1883")));
  }

  @Test
  void listsOfAllPublicationsAtABrokerAreFound() {
    Manifest manifest = manifest(folder);
    Await.result(manifest.write(PLACE, TOPICS));
    Await.result(manifest.write(OLD, Set.of("old/status")));
    Await.result(manifest.write(new Place("demo", "far", "cloud_8883"), TOPICS));
    Await.result(manifest.write(new Place("other", "BE", "localhost_1883"), TOPICS));
    assertEquals(
        Set.of(PLACE, OLD), Await.result(manifest(folder).places("demo", "localhost_1883")));
    assertEquals(
        Set.of("BE/status", "BE/info", "old/status"),
        Await.result(manifest(folder).read(Set.of(PLACE, OLD))));
  }

  @Test
  void anEmptyListIsNoneAnyMore() {
    Manifest manifest = manifest(folder);
    Await.result(manifest.write(PLACE, TOPICS));
    Await.result(manifest.write(PLACE, Set.of()));
    assertFalse(Files.exists(file()));
    assertEquals(Set.of(), Await.result(manifest.places("demo", "localhost_1883")));
  }

  // An edge box's flash is not written to at each start.
  @Test
  void theSameListIsNotWrittenAgain() throws IOException {
    Await.result(manifest(folder).write(PLACE, TOPICS));
    Object before = Files.readAttributes(file(), "unix:ino").get("ino");
    Await.result(manifest(folder).write(PLACE, TOPICS));
    assertEquals(before, Files.readAttributes(file(), "unix:ino").get("ino"));
  }

  // Half a list would be taken for the whole of it.
  @Test
  void aFileCutAtAnyByteIsNotTakenForAList() throws IOException {
    Await.result(manifest(folder).write(PLACE, TOPICS));
    byte[] whole = Files.readAllBytes(file());
    Manifest next = manifest(folder);
    for (int length = 0; length < whole.length - 1; length++) {
      Files.write(file(), Arrays.copyOf(whole, length));
      assertEquals(Set.of(), Await.result(next.read(Set.of(PLACE))), "cut at " + length);
    }
  }

  // A wildcard or a binary file must never be published to.
  @Test
  void aFileWithOtherThanTopicsIsNotTaken() throws IOException {
    Files.createDirectories(file().getParent());
    for (String spoilt : List.of("#", "a/+/b", "a\0b", "")) {
      Files.writeString(file(), "voltbus retained topics 1\n" + spoilt + "\nend 1\n");
      assertEquals(Set.of(), onDisk(), spoilt);
    }
    Files.write(file(), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertEquals(Set.of(), onDisk());
  }

  // A full or read-only disk must not keep values from the broker; the cluster still knows.
  @Test
  void aFolderThatCannotBeWrittenHoldsNothingUp() throws IOException {
    Files.writeString(folder.resolve("retained"), "a file where the folder should be");
    Manifest manifest = manifest(folder);
    Await.result(manifest.write(PLACE, TOPICS));
    assertEquals(TOPICS, Await.result(manifest.read(Set.of(PLACE))));
  }
}
