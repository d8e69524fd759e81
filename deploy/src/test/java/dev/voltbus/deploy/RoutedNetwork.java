package dev.voltbus.deploy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/// Two network namespaces with a router between them that can swallow every packet: nobody gets an
/// error, as with a cable cut behind a switch.
final class RoutedNetwork {
  /// Where a server of the far side listens.
  static final String FAR_ADDRESS = "10.98.2.1";

  private static final String NEAR_ADDRESS = "10.98.1.1";

  private final String id = Long.toString(ProcessHandle.current().pid(), Character.MAX_RADIX);
  private final String near = "vbn" + id;
  private final String router = "vbr" + id;
  private final String far = "vbf" + id;

  /// Builds it, or skips the test where the machine allows no namespaces.
  static RoutedNetwork create() throws IOException, InterruptedException {
    RoutedNetwork network = new RoutedNetwork();
    String refusal = run("ip", "netns", "add", network.near);
    if (!refusal.isEmpty()) {
      System.err.println("SKIPPED: no network namespaces here: " + refusal);
      Assumptions.abort("no network namespaces here: " + refusal);
    }
    network.build();
    return network;
  }

  private void build() throws IOException, InterruptedException {
    must("ip", "netns", "add", router);
    must("ip", "netns", "add", far);
    cable(router, near, NEAR_ADDRESS, "10.98.1.2");
    cable(router, far, FAR_ADDRESS, "10.98.2.2");
    must("ip", "netns", "exec", router, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
  }

  /// Connects a namespace to its router.
  static void cable(String router, String end, String address, String gateway)
      throws IOException, InterruptedException {
    must(
        "ip",
        "link",
        "add",
        "up" + end,
        "netns",
        end,
        "type",
        "veth",
        "peer",
        "name",
        "to" + end,
        "netns",
        router);
    must("ip", "-n", end, "addr", "add", address + "/24", "dev", "up" + end);
    must("ip", "-n", router, "addr", "add", gateway + "/24", "dev", "to" + end);
    must("ip", "-n", end, "link", "set", "lo", "up");
    must("ip", "-n", end, "link", "set", "up" + end, "up");
    must("ip", "-n", router, "link", "set", "to" + end, "up");
    must("ip", "-n", end, "route", "add", "default", "via", gateway);
  }

  /// Name of the gateway's side.
  String near() {
    return near;
  }

  /// Name of the broker's side.
  String far() {
    return far;
  }

  /// From now on each packet is lost.
  void cut() throws IOException, InterruptedException {
    must("ip", "-n", router, "route", "add", "blackhole", FAR_ADDRESS + "/32");
    must("ip", "-n", router, "route", "add", "blackhole", NEAR_ADDRESS + "/32");
  }

  void heal() throws IOException, InterruptedException {
    must("ip", "-n", router, "route", "del", "blackhole", FAR_ADDRESS + "/32");
    must("ip", "-n", router, "route", "del", "blackhole", NEAR_ADDRESS + "/32");
  }

  /// Starts a program of another maker inside one of the namespaces.
  static Process startIn(String namespace, String... command) throws IOException {
    List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    whole.addAll(List.of(command));
    return new ProcessBuilder(whole).redirectErrorStream(true).start();
  }

  static void must(String... command) throws IOException, InterruptedException {
    String refusal = run(command);
    if (!refusal.isEmpty()) {
      throw new IOException(String.join(" ", command) + ": " + refusal);
    }
  }

  static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    return code == 0 ? "" : said.strip() + " (exit " + code + ")";
  }

  /// Takes it down.
  void close() throws IOException, InterruptedException {
    for (String namespace : List.of(near, router, far)) {
      run("ip", "netns", "del", namespace);
    }
  }
}
