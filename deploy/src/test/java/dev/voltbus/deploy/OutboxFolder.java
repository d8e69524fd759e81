package dev.voltbus.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/// Reads the samples in a publication's outbox without the product's code, by the tables of
/// docs/reference/outbox.md. Whatever the outbox has acknowledged as stored is among them.
final class OutboxFolder {
  private static final int FILE_HEAD = 20;
  private static final int RECORD_HEAD = 24;

  /// Between the read of a device and the append, on a busy machine.
  private static final long LATE_MILLIS = 30_000;

  private OutboxFolder() {}

  /// All whole records, oldest first; those the broker has acknowledged too, as long as their file
  /// is there.
  static Set<Message> read(Path folder) throws IOException {
    Set<Message> all = new LinkedHashSet<>();
    List<Path> segments;
    try (Stream<Path> files = Files.list(folder)) {
      segments = files.filter(file -> file.toString().endsWith(".segment")).sorted().toList();
    }
    segments.forEach(segment -> read(segment, all));
    return all;
  }

  private static void read(Path segment, Set<Message> all) {
    try {
      walk(ByteBuffer.wrap(Files.readAllBytes(segment)), all);
    } catch (NoSuchFileException delivered) {
      System.out.println(segment.getFileName() + " was done with and deleted meanwhile");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What follows the last whole record was not acknowledged to anybody.
  private static void walk(ByteBuffer in, Set<Message> all) {
    int at = FILE_HEAD;
    while (at + RECORD_HEAD <= in.limit()) {
      int length = in.getInt(at + 4);
      if (length < 0 || at + RECORD_HEAD + length > in.limit() || !isWhole(in, at, length)) {
        return;
      }
      Message message = message(in.slice(at + RECORD_HEAD, length));
      long late = in.getLong(at + 16) - message.timeMillis();
      if (late < 0 || late > LATE_MILLIS) {
        throw new AssertionError(message + " was stored " + late + " ms after its own time");
      }
      all.add(message);
      at += RECORD_HEAD + length;
    }
  }

  private static boolean isWhole(ByteBuffer in, int at, int length) {
    CRC32C crc = new CRC32C();
    crc.update(in.slice(at + 4, RECORD_HEAD - 4 + length));
    return in.getInt(at) == (int) crc.getValue();
  }

  /// QoS (1 byte), length of the topic (2), topic, payload.
  private static Message message(ByteBuffer sample) {
    byte[] topic = new byte[sample.getShort(1) & 0xFFFF];
    sample.get(3, topic);
    byte[] payload = new byte[sample.limit() - 3 - topic.length];
    sample.get(3 + topic.length, payload);
    return new Message(
        new String(topic, StandardCharsets.UTF_8), new String(payload, StandardCharsets.UTF_8));
  }
}
