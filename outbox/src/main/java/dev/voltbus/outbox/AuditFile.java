package dev.voltbus.outbox;

import dev.voltbus.outbox.AuditChain.Link;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The audit of one site on one node: lines that are only ever appended, in files that follow one
/// another, `<folder>/00000001.ndjson` and so on; the chain goes on from file to file. A file is
/// full at 10 MB, and 50 are kept. Blocks; to be used by one thread at a time.
public final class AuditFile implements AutoCloseable {
  static final long LARGEST_BYTES = 10_000_000;
  static final int MOST_FILES = 50;

  private static final Pattern NAME = Pattern.compile("[0-9]{8}\\.ndjson");

  private final Path folder;
  private final long largestBytes;
  private int number;
  private AuditChain chain;
  private FileChannel channel;

  private AuditFile(
      Path folder, long largestBytes, int number, AuditChain chain, FileChannel channel) {
    this.folder = folder;
    this.largestBytes = largestBytes;
    this.number = number;
    this.chain = chain;
    this.channel = channel;
  }

  /// Opens the newest file, and makes the folder if there is none. What a killed process left of a
  /// line is cut off, and a line says so.
  ///
  /// @throws IOException if it cannot be read or written, or its last whole line was changed
  public static AuditFile open(Path folder) throws IOException {
    return open(folder, LARGEST_BYTES);
  }

  static AuditFile open(Path folder, long largestBytes) throws IOException {
    Files.createDirectories(folder);
    List<Path> files = files(folder);
    int number = files.isEmpty() ? 1 : number(files.getLast());
    Path newest = path(folder, number);
    int torn = cutTornLine(newest);
    AuditChain chain = lastChain(files);
    AuditFile file = new AuditFile(folder, largestBytes, number, chain, appending(newest));
    if (torn > 0) {
      file.append("\"event\":\"recovered\",\"torn_bytes\":" + torn);
    }
    return file;
  }

  /// The files of an audit, oldest first.
  static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(each -> NAME.matcher(each.getFileName().toString()).matches())
          .sorted()
          .toList();
    }
  }

  private static int number(Path file) {
    return Integer.parseInt(file.getFileName().toString().substring(0, 8));
  }

  private static Path path(Path folder, int number) {
    return folder.resolve("%08d.ndjson".formatted(number));
  }

  private static FileChannel appending(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /// @return bytes that were cut off
  private static int cutTornLine(Path file) throws IOException {
    if (!Files.exists(file)) {
      return 0;
    }
    byte[] bytes = Files.readAllBytes(file);
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    if (end < bytes.length) {
      try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
        access.setLength(end);
      }
    }
    return bytes.length - end;
  }

  /// Of the newest file that has a line: the newest one may have been begun just before the end.
  private static AuditChain lastChain(List<Path> files) throws IOException {
    for (Path file : files.reversed()) {
      List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
      if (!lines.isEmpty()) {
        Optional<AuditChain> chain = AuditChain.after(lines.getLast());
        return chain.orElseThrow(
            () -> new IOException(file + ": line " + lines.size() + " was changed"));
      }
    }
    return AuditChain.EMPTY;
  }

  /// Appends a line and waits until it is on disk.
  ///
  /// @param members JSON members without braces, at least one
  /// @throws IOException if it cannot be written; nothing of it stays then
  public void append(String members) throws IOException {
    append(List.of(members));
  }

  /// Appends several lines, in order and to one file, and waits once until they are on disk.
  ///
  /// @param members of each line: JSON members without braces, at least one
  /// @throws IOException if they cannot be written; none of them stays then
  public void append(List<String> members) throws IOException {
    if (members.isEmpty()) {
      return;
    }
    if (channel.size() >= largestBytes) {
      beginNext();
    }
    StringBuilder lines = new StringBuilder();
    AuditChain behind = chain;
    for (String each : members) {
      Link link = behind.link(each);
      lines.append(link.line()).append('\n');
      behind = link.chain();
    }
    write(StandardCharsets.UTF_8.encode(CharBuffer.wrap(lines)));
    chain = behind;
  }

  private void write(ByteBuffer bytes) throws IOException {
    long before = channel.size();
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(false);
    } catch (IOException failure) {
      takeBack(before, failure);
      throw failure;
    }
  }

  /// A line behind half a line would break the chain. If not even this works, the file takes no
  /// more.
  private void takeBack(long size, IOException failure) throws IOException {
    try {
      channel.truncate(size);
    } catch (IOException stuck) {
      failure.addSuppressed(stuck);
      channel.close();
    }
  }

  private void beginNext() throws IOException {
    channel.close();
    number++;
    channel = appending(path(folder, number));
    List<Path> files = files(folder);
    for (Path old : files.subList(0, Math.max(0, files.size() - MOST_FILES))) {
      Files.delete(old);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
