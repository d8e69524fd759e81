package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/// `voltbus simulate` as a user runs it, in this process.
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SimulateCommandTest {

  /// The command with its standard input and output.
  private static final class Running implements AutoCloseable {
    private final InputStream before = System.in;
    private final PrintWriter in;
    private final BufferedReader out;
    private final CompletableFuture<Integer> code;

    private Running(String... arguments) throws IOException {
      PipedOutputStream typed = new PipedOutputStream();
      PipedReader said = new PipedReader(1 << 16);
      PrintWriter writer = new PrintWriter(new PipedWriter(said), true);
      System.setIn(new PipedInputStream(typed));
      this.in = new PrintWriter(typed, true, StandardCharsets.UTF_8);
      this.out = new BufferedReader(said);
      CommandLine line = Main.commandLine();
      line.setOut(writer);
      line.setErr(writer);
      List<String> all = new ArrayList<>(List.of("simulate", "--config", "config"));
      all.addAll(List.of(arguments));
      this.code = CompletableFuture.supplyAsync(() -> line.execute(all.toArray(String[]::new)));
    }

    String said() throws IOException {
      return String.valueOf(out.readLine());
    }

    String tell(String line) throws IOException {
      in.println(line);
      return said();
    }

    int quit() throws Exception {
      in.println("quit");
      return code.get(60, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
      in.println("quit");
      System.setIn(before);
    }
  }

  private static int port(String line) {
    return Integer.parseInt(line.replaceAll(".*://127\\.0\\.0\\.1:([0-9]+).*", "$1"));
  }

  private static byte[] ask(Socket socket, String hex) throws IOException {
    socket.getOutputStream().write(HexFormat.of().parseHex(hex.replace(" ", "")));
    byte[] head = socket.getInputStream().readNBytes(6);
    return socket.getInputStream().readNBytes(head[5]);
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout((int) Duration.ofSeconds(30).toMillis());
    return socket;
  }

  @Test
  void severalDevicesAnswerWhereTheFirstLinesSay() throws Exception {
    try (Running running =
        new Running(
            "--device",
            "tinybms",
            "--listen=tcp://127.0.0.1:0",
            "--device=inverter",
            "--listen",
            "tcp://127.0.0.1:0",
            "--device",
            "byd",
            "--unit",
            "7")) {
      String tinyBms = running.said();
      String inverter = running.said();
      String byd = running.said();
      assertTrue(tinyBms.endsWith(" unit 170: tinybms"), tinyBms);
      assertTrue(inverter.endsWith(" unit 1: inverter"), inverter);
      assertTrue(byd.endsWith(" unit 7: byd"), byd);
      assertEquals(port(tinyBms), port(inverter));
      try (Socket socket = connect(port(byd))) {
        assertArrayEquals(
            HexFormat.of().parseHex("0703025349"), ask(socket, "0001 0000 0006 07 03 0064 0001"));
      }
      try (Socket socket = connect(port(tinyBms))) {
        assertEquals(3, ask(socket, "0001 0000 0006 AA 03 012C 0001")[1]);
        assertEquals(3, ask(socket, "0001 0000 0006 01 03 0000 0001")[1]);
      }
      assertTrue(running.said().startsWith("type `help`"));
      assertEquals("ends", running.tell("quit"));
      assertEquals(0, running.quit());
    }
  }

  @Test
  void faultsAndValuesChangeWhileItRuns() throws Exception {
    try (Running running =
        new Running(
            "--device", "inverter", "--listen", "tcp://127.0.0.1:0", "--fault", "1=exception:6")) {
      int port = port(running.said());
      assertTrue(running.said().startsWith("type `help`"));
      String read = "0001 0000 0006 01 03 000B 0001";
      try (Socket socket = connect(port)) {
        assertArrayEquals(HexFormat.of().parseHex("018306"), ask(socket, read));
        assertEquals("1 has none", running.tell("fault 1 none"));
        assertEquals(3, ask(socket, read)[1]);
        assertEquals("state is 2", running.tell("set state 2"));
        assertArrayEquals(HexFormat.of().parseHex("0103020002"), ask(socket, read));
        assertEquals("all has next:1:exception:4", running.tell("fault all next:1:exception:4"));
        assertArrayEquals(HexFormat.of().parseHex("018304"), ask(socket, read));
        assertEquals(
            "1 tcp://127.0.0.1:"
                + port
                + ": 1 connection(s) open, 1 so far, faults next:1:exception:4",
            running.tell("list"));
        assertEquals("  unit 1 inverter: 4 request(s), 1 of them struck", running.said());
      }
    }
  }

  @Test
  void aLineThatCannotBeObeyedIsAnsweredWithWhatWouldBeValid() throws Exception {
    try (Running running = new Running("--device", "inverter", "--listen", "tcp://127.0.0.1:0")) {
      running.said();
      running.said();
      assertEquals(
          "cannot understand `falt`, did you mean `fault`?; type `help`", running.tell("falt 1"));
      assertEquals("cannot: nobody has unit 2", running.tell("fault 2 drop"));
      assertEquals("cannot: `300` is not in 0..255", running.tell("fault 300 drop"));
      assertEquals("cannot: `2` is not in 1..1", running.tell("fault 2/1 drop"));
      assertTrue(running.tell("fault 1 dropp").startsWith("cannot: fault `dropp`: `dropp` is no"));
      assertEquals("cannot: no device has a register stat", running.tell("set stat 2"));
      assertEquals(
          "cannot: register state: 65536.0 is raw 65536, outside 0..65535",
          running.tell("set 1 state 65536"));
      assertEquals("cannot: register state: `high` is no number", running.tell("set state high"));
    }
  }

  @Test
  void linesAreTakenOverHttpOnLoopback() throws Exception {
    int http = PackagedProduct.freePort();
    try (Running running =
        new Running(
            "--device", "inverter", "--listen", "udp://127.0.0.1:0", "--http-port", "" + http)) {
      assertTrue(running.said().startsWith("udp://127.0.0.1:"));
      assertEquals("takes lines on http://127.0.0.1:" + http + "/", running.said());
      assertEquals("1 has drop", post(http, "fault 1 drop"));
      assertTrue(
          post(http, "").endsWith("unit 1 inverter: 0 request(s), 0 of them struck, faults drop"));
      assertEquals("cannot: nobody has unit 2", post(http, "fault 2 drop"));
    }
  }

  private static String post(int port, String line) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                  .POST(HttpRequest.BodyPublishers.ofString(line))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertEquals(answer.body().startsWith("cannot") ? 400 : 200, answer.statusCode());
      return answer.body().strip();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--device nothing, '`nothing` is no device; known: '",
    "--device byd --listen http://x, '--listen `http://x` is not of a form such as tcp://'",
    "--device byd --listen tls://127.0.0.1, 'needs a certificate and its key: --tls-certificate'",
    "--device byd --unit 256, --unit 256 is not in 0..255",
    "--unit 1 --device byd, --unit 1 has no --device before it",
    "--device byd --device byd, two devices have unit 21 on one listener",
    "--device byd --listen tcp://127.0.0.1:0 --listen udp://127.0.0.1:0, a --listen has no"
        + " --device",
    "--device byd --listen tcp://127.0.0.1:0 --fault drop, is not of the form UNIT=FAULT",
    "--device byd --listen tcp://127.0.0.1:0 --fault 9=drop, '--fault 9=drop: nobody has unit 9'",
    "--device byd --listen tcp://127.0.0.1:0 --fault 21=drip, '`drip` is no fault; valid: none'",
    "--device byd --listen rtu:///dev/none, 'could not simulate: rtu:///dev/none?baud=9600: '",
  })
  void aFaultyCommandLineEndsWithItsExitCodeAndOneLine(String arguments, String why) {
    List<String> all = new ArrayList<>(List.of("simulate", "--config", "config"));
    all.addAll(Arrays.asList(arguments.split(" ", -1)));
    StringWriter err = new StringWriter();
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(new StringWriter()));
    line.setErr(new PrintWriter(err, true));
    int code = why.startsWith("could not") ? 1 : 2;
    assertEquals(code, line.execute(all.toArray(String[]::new)));
    assertTrue(err.toString().contains(why), err.toString());
    assertFalse(err.toString().contains("\tat "), err.toString());
  }

  @Test
  void aTakenPortIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String url = "tcp://127.0.0.1:" + taken.getLocalPort();
      StringWriter err = new StringWriter();
      CommandLine line = Main.commandLine();
      line.setErr(new PrintWriter(err, true));
      assertEquals(
          1, line.execute("simulate", "--config", "config", "--device", "byd", "--listen", url));
      assertTrue(err.toString().startsWith("could not simulate: " + url + ": "), err.toString());
    }
  }
}
