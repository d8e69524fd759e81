package dev.voltbus.deploy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Chooses the loopback ports the process listens on, each only once.
final class Ports {
  static final String HOST = "127.0.0.1";

  private static final int TRIES = 100;

  private final Set<Integer> chosen = new HashSet<>();

  /// The port asked for, or the default if none was; a default that is taken gives way to the next
  /// free one.
  ///
  /// @param asked port from the command line, or null
  /// @throws CommandException if the port asked for is taken
  int giveWay(@Nullable Integer asked, int usual, String option) {
    if (asked != null) {
      return insist(asked, option);
    }
    for (int port = usual; port < usual + TRIES; port++) {
      if (!chosen.contains(port) && isFree(port)) {
        chosen.add(port);
        return port;
      }
    }
    throw new CommandException(
        "no free port in " + usual + ".." + (usual + TRIES - 1) + "; choose one with " + option);
  }

  /// The port asked for.
  ///
  /// @throws UsageException if it is out of range
  /// @throws CommandException if it is taken
  int insist(int port, String option) {
    if (port < 1 || port > 65535) {
      throw new UsageException(option + " " + port + " is not in 1..65535");
    }
    if (chosen.contains(port) || !isFree(port)) {
      throw new CommandException(
          "port " + port + " on " + HOST + " is taken; choose another one with " + option);
    }
    chosen.add(port);
    return port;
  }

  static boolean isFree(int port) {
    if (port > 65535) {
      return false;
    }
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}
