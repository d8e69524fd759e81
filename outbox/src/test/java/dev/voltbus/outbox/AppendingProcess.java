package dev.voltbus.outbox;

import dev.voltbus.contract.TimeSource;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.Semaphore;

/// A process that appends as fast as it can and says what it has been promised, until it is killed.
final class AppendingProcess {
  private static final int OUTSTANDING = 500;
  private static final int FLUSH_EVERY = 700;

  private AppendingProcess() {}

  static Process start(Path folder, int number) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            AppendingProcess.class.getName(),
            folder.toString(),
            "" + number)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /// Appends for ever.
  ///
  /// @param arguments folder, and number of the first payload
  public static void main(String[] arguments) throws Exception {
    Thread.ofPlatform().daemon().start(AppendingProcess::endWithParent);
    OutboxOptions options = options(Path.of(arguments[0]));
    Outbox outbox =
        Outbox.open(Vertx.vertx(), options, TimeSource.system(), event -> {})
            .onFailure(AppendingProcess::end)
            .toCompletionStage()
            .toCompletableFuture()
            .get();
    Semaphore room = new Semaphore(OUTSTANDING);
    for (int number = Integer.parseInt(arguments[1]); ; number++) {
      append(outbox, number, room);
    }
  }

  private static void end(Throwable fault) {
    System.out.println(fault.getMessage());
    Runtime.getRuntime().halt(2);
  }

  /// Standard input ends when the test does, however that comes about.
  private static void endWithParent() {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      System.err.println(e.getMessage());
    }
    Runtime.getRuntime().halt(1);
  }

  private static void append(Outbox outbox, int number, Semaphore room) throws Exception {
    room.acquire();
    outbox
        .append(payload(number))
        .onSuccess(stored -> stored(outbox, stored, number))
        .onComplete(done -> room.release());
  }

  /// Every third one is acknowledged, after it is said that it will be.
  private static void stored(Outbox outbox, Stored stored, int number) {
    boolean acknowledge = stored.sequence() % 3 == 0;
    System.out.println(
        stored.grade() + " " + stored.sequence() + " " + number + " " + acknowledge + " end");
    if (acknowledge) {
      outbox.acknowledge(stored.sequence());
    }
    if (number % FLUSH_EVERY == 0) {
      outbox.flush().onFailure(fault -> System.err.println(fault.getMessage()));
    }
  }

  /// Small segments, so that it is killed between two of them as well.
  static OutboxOptions options(Path folder) {
    return OutboxOptions.of(folder).withSegmentBytes(64 * 1024);
  }

  static Buffer payload(int number) {
    Random dice = new Random(number);
    byte[] bytes = new byte[dice.nextInt(400)];
    dice.nextBytes(bytes);
    return Buffer.buffer(bytes);
  }
}
