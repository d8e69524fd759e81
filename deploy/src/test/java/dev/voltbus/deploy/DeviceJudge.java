package dev.voltbus.deploy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// What the devices saw, from the wire log of a simulator: whoever asked them, when, and what they
/// answered. Times are monotonic microseconds of this machine; links count from 1.
final class DeviceJudge implements AutoCloseable {
  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int FIELDS = 5;
  private static final String READS = "03";

  /// Byte of the frame at which each begins, as text of three characters a byte.
  private static final int FUNCTION = 3 * 7;

  private static final int ADDRESS = 3 * 8;
  private static final int COUNT = 3 * 10;
  private static final int NUMBER_CHARACTERS = 5;

  private final InputStream log;
  private final ByteArrayOutputStream rest = new ByteArrayOutputStream();
  private final int register;
  private final Map<Integer, List<Request>> requests = new HashMap<>();
  private final Map<Integer, List<Long>> polls = new HashMap<>();

  /// Requests for the register that were not answered yet, by link, connection and transaction.
  private final Map<String, Integer> open = new HashMap<>();

  /// A request that a device got.
  record Request(long micros, long connection) {}

  /// @param register whoever reads it polls the device
  DeviceJudge(Path wireLog, int register) throws IOException {
    this.log = Files.newInputStream(wireLog);
    this.register = register;
  }

  static long micros() {
    return TimeUnit.NANOSECONDS.toMicros(System.nanoTime());
  }

  // ---- reading

  private void readOn() throws IOException {
    byte[] more = log.readAllBytes();
    for (byte each : more) {
      if (each == '\n') {
        take(rest.toString(StandardCharsets.US_ASCII));
        rest.reset();
      } else {
        rest.write(each);
      }
    }
  }

  private void take(String line) {
    String[] parts = line.split(" ", FIELDS);
    if (parts.length < FIELDS) {
      return;
    }
    long micros = Long.parseLong(parts[0]);
    int link = Integer.parseInt(parts[1]);
    String frame = parts[4];
    String answer = parts[1] + " " + parts[2] + " " + frame.substring(0, NUMBER_CHARACTERS);
    if (parts[3].equals(">")) {
      requests
          .computeIfAbsent(link, number -> new ArrayList<>())
          .add(new Request(micros, Long.parseLong(parts[2])));
      if (isPoll(frame)) {
        open.put(answer, link);
      }
    } else if (open.remove(answer) != null && frame.startsWith(READS, FUNCTION)) {
      polls.computeIfAbsent(link, number -> new ArrayList<>()).add(micros);
    }
  }

  private boolean isPoll(String frame) {
    if (!frame.startsWith(READS, FUNCTION)) {
      return false;
    }
    int first = number(frame, ADDRESS);
    return register >= first && register < first + number(frame, COUNT);
  }

  private static int number(String frame, int at) {
    return Integer.parseInt(frame.substring(at, at + 2) + frame.substring(at + 3, at + 5), 16);
  }

  private List<Request> requests(int link) throws IOException {
    readOn();
    return requests.getOrDefault(link, List.of());
  }

  // ---- questions

  /// Number of the newest connection over which a link was asked.
  long connection(int link) throws IOException {
    return requests(link).getLast().connection;
  }

  /// Waits for a request over a newer connection.
  ///
  /// @param behind connection that does not count
  /// @return when it came
  long awaitRequest(int link, long from, long behind, Duration limit) throws IOException {
    long end = System.nanoTime() + limit.toNanos();
    while (System.nanoTime() < end) {
      List<Request> all = requests(link);
      for (int i = all.size() - 1; i >= 0 && all.get(i).micros >= from; i--) {
        if (all.get(i).connection > behind && !isNewer(all, i - 1, from, behind)) {
          return all.get(i).micros;
        }
      }
      LockSupport.parkNanos(STEP_NANOS);
    }
    throw new AssertionError("link " + link + " is not asked within " + limit);
  }

  private static boolean isNewer(List<Request> all, int at, long from, long behind) {
    return at >= 0 && all.get(at).micros >= from && all.get(at).connection > behind;
  }

  /// The longest time in ms for which nobody asked a link.
  long longestPause(int link, long from, long until) throws IOException {
    long last = from;
    long longest = 0;
    for (Request request : requests(link)) {
      if (request.micros > from && request.micros < until) {
        longest = Math.max(longest, request.micros - last);
        last = request.micros;
      }
    }
    return Math.max(longest, until - last) / 1_000;
  }

  /// How many ms behind a moment the last request came over a connection or an older one; 0 if none
  /// came.
  long lastRequestBehind(long moment, int link, long connection) throws IOException {
    return requests(link).stream()
        .filter(each -> each.connection <= connection && each.micros > moment)
        .mapToLong(each -> (each.micros - moment) / 1_000)
        .max()
        .orElse(0);
  }

  /// When polls of a link were answered.
  List<Long> answered(int link, long from, long until) throws IOException {
    readOn();
    return polls.getOrDefault(link, List.of()).stream()
        .filter(micros -> micros >= from && micros < until)
        .toList();
  }

  /// The longest time in ms for which two asked a link: whoever begins must have nobody beside it
  /// that goes on.
  long longestOverlap(int link) throws IOException {
    Map<Long, long[]> spans = new LinkedHashMap<>();
    for (Request request : requests(link)) {
      long[] span =
          spans.computeIfAbsent(
              request.connection, number -> new long[] {request.micros, request.micros});
      span[1] = request.micros;
    }
    List<long[]> inOrder =
        spans.values().stream().sorted(Comparator.comparingLong(span -> span[0])).toList();
    long longest = 0;
    for (int i = 1; i < inOrder.size(); i++) {
      longest = Math.max(longest, inOrder.get(i - 1)[1] - inOrder.get(i)[0]);
    }
    return Math.ceilDiv(longest, 1_000);
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
