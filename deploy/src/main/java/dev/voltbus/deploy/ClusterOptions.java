package dev.voltbus.deploy;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// How nodes find each other.
///
/// @param members addresses to try: `host`, `host:port` or `host:first-last`
/// @param dnsName name whose addresses are the members, empty for none
/// @param size members the cluster is meant to have, 1..100
/// @param address address of this node, or a pattern such as `192.0.2.*`; empty for any
record ClusterOptions(List<String> members, String dnsName, int size, String address) {
  static final int FIRST_PORT = 5701;
  static final int PORTS = 10;

  private static final Pattern MEMBER =
      Pattern.compile(
          "([A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]+])(?::([0-9]{1,5})(?:-([0-9]{1,5}))?)?");
  private static final int MOST_PORTS = 100;
  private static final Pattern ADDRESS =
      Pattern.compile("(?:\\d{1,3}|\\*)(?:\\.(?:\\d{1,3}|\\*)){3}");

  /// @throws UsageException naming the member, the size or the address that cannot be used
  ClusterOptions {
    members = List.copyOf(members);
    members.forEach(ClusterOptions::parse);
    if (size < 1 || size > 100) {
      throw new UsageException("--cluster-size " + size + " is not in 1..100");
    }
  }

  /// Refuses an address that this machine does not have.
  ///
  /// @param own addresses of this machine
  /// @throws UsageException naming the address and what there is
  void checkAddress(List<String> own) {
    if (address.isEmpty()) {
      return;
    }
    if (!ADDRESS.matcher(address).matches()) {
      throw new UsageException(
          "--cluster-address: `" + address + "` is not of the form 192.0.2.11 or 192.0.2.*");
    }
    Pattern wanted = Pattern.compile(address.replace(".", "\\.").replace("*", "\\d{1,3}"));
    if (own.stream().noneMatch(each -> wanted.matcher(each).matches())) {
      throw new UsageException(
          "--cluster-address: this machine has no address "
              + address
              + ", but "
              + String.join(", ", own));
    }
  }

  /// IPv4 addresses of this machine.
  static List<String> ownAddresses() {
    try (Stream<NetworkInterface> interfaces = NetworkInterface.networkInterfaces()) {
      return interfaces
          .flatMap(NetworkInterface::inetAddresses)
          .filter(Inet4Address.class::isInstance)
          .map(InetAddress::getHostAddress)
          .toList();
    } catch (SocketException e) {
      throw new CommandException("the addresses of this machine cannot be listed: " + e);
    }
  }

  /// All nodes on this machine.
  static ClusterOptions local(int size) {
    return new ClusterOptions(
        List.of(Ports.HOST + ":" + FIRST_PORT + "-" + (FIRST_PORT + PORTS - 1)), "", size, "");
  }

  boolean isLocal() {
    return dnsName.isEmpty() && members.stream().allMatch(ClusterOptions::isHere);
  }

  private static boolean isHere(String member) {
    return member.equals(Ports.HOST) || member.startsWith(Ports.HOST + ":");
  }

  /// The members one by one: Hazelcast has no word for a range of ports of one host.
  List<String> addresses() {
    return members.stream().flatMap(ClusterOptions::expand).toList();
  }

  private static Stream<String> expand(String member) {
    Matcher matcher = parse(member);
    Optional<String> last = Optional.ofNullable(matcher.group(3));
    if (last.isEmpty()) {
      return Stream.of(member);
    }
    int first = Integer.parseInt(matcher.group(2));
    return IntStream.rangeClosed(first, Integer.parseInt(last.get()))
        .mapToObj(port -> matcher.group(1) + ":" + port);
  }

  private static Matcher parse(String member) {
    Matcher matcher = MEMBER.matcher(member);
    if (!matcher.matches()) {
      throw new UsageException(
          "--cluster-members: `"
              + member
              + "` is not of the form host, host:port or host:first-last");
    }
    int first = port(member, matcher.group(2), FIRST_PORT);
    int last = port(member, matcher.group(3), first);
    if (last < first || last - first >= MOST_PORTS) {
      throw new UsageException(
          "--cluster-members: `"
              + member
              + "` is not a range of 1.."
              + MOST_PORTS
              + " ports, lowest first");
    }
    return matcher;
  }

  private static int port(String member, @Nullable String digits, int usual) {
    int port = digits == null ? usual : Integer.parseInt(digits);
    if (port < 1 || port > 65535) {
      throw new UsageException(
          "--cluster-members: port " + port + " of `" + member + "` is not in 1..65535");
    }
    return port;
  }
}
