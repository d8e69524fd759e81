package dev.voltbus.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;

/// Network namespaces around a router that can swallow packets from one to another, in one
/// direction or both: nobody gets an error. Number 0 is the outside world, the others are nodes.
final class StarNetwork {
  private final String id = Long.toString(ProcessHandle.current().pid(), Character.MAX_RADIX);
  private final String router = "vbs" + id;
  private final int size;
  private final List<Path> settings = new ArrayList<>();

  private StarNetwork(int size) {
    this.size = size;
  }

  /// Builds it, or skips the test where the machine allows no namespaces.
  static StarNetwork create(int nodes) throws IOException, InterruptedException {
    StarNetwork network = new StarNetwork(nodes + 1);
    String refusal = RoutedNetwork.run("ip", "netns", "add", network.router);
    if (!refusal.isEmpty()) {
      System.err.println("SKIPPED: no network namespaces here: " + refusal);
      Assumptions.abort("no network namespaces here: " + refusal);
    }
    network.build();
    return network;
  }

  private void build() throws IOException, InterruptedException {
    for (int i = 0; i < size; i++) {
      RoutedNetwork.must("ip", "netns", "add", name(i));
      nameService(i);
      RoutedNetwork.cable(router, name(i), address(i), gateway(i));
    }
    RoutedNetwork.must(
        "ip", "netns", "exec", router, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
  }

  /// Names are asked of the outside world, where a server may or may not answer.
  private void nameService(int number) throws IOException {
    Path folder = Files.createDirectories(Path.of("/etc/netns", name(number)));
    Map<String, String> files =
        Map.of(
            "hosts", "127.0.0.1 localhost\n" + address(number) + " " + name(number) + "\n",
            "nsswitch.conf", "hosts: files dns\n",
            "resolv.conf", "nameserver " + address(0) + "\n");
    for (Map.Entry<String, String> file : files.entrySet()) {
      settings.add(Files.writeString(folder.resolve(file.getKey()), file.getValue()));
    }
    settings.add(folder);
  }

  String name(int number) {
    return "vbs" + id + "-" + number;
  }

  String address(int number) {
    return "10.97." + number + ".1";
  }

  private static String gateway(int number) {
    return "10.97." + number + ".2";
  }

  /// From now on what one sends to the other is lost.
  void cut(int from, int to) throws IOException, InterruptedException {
    rule("add", from, to);
  }

  void heal(int from, int to) throws IOException, InterruptedException {
    rule("del", from, to);
  }

  private void rule(String what, int from, int to) throws IOException, InterruptedException {
    RoutedNetwork.must(
        "ip", "-n", router, "rule", what, "blackhole", "from", address(from), "to", address(to));
  }

  /// All but one.
  List<Integer> others(int number) {
    return IntStream.range(1, size).filter(other -> other != number).boxed().toList();
  }

  void close() throws IOException, InterruptedException {
    for (int i = 0; i < size; i++) {
      RoutedNetwork.run("ip", "netns", "del", name(i));
    }
    RoutedNetwork.run("ip", "netns", "del", router);
    for (Path setting : settings) {
      Files.deleteIfExists(setting);
    }
  }
}
