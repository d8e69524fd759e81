package dev.voltbus.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.Collectors;

/// The figures of an outage test: printed, and written to a file of the folder
/// `-Dvoltbus.outage.results` where that is given.
///
/// @param outageSeconds from the cut to the moment before the broker came back, starts included
/// @param waited samples in the outbox then
record OutageResult(
    String what, double outageSeconds, int waited, double drainSeconds, DeliveryVerdict verdict) {
  static OutageResult cut(
      double outageSeconds, int waited, double drainSeconds, DeliveryVerdict verdict) {
    return new OutageResult("cut from its broker", outageSeconds, waited, drainSeconds, verdict);
  }

  static OutageResult killed(
      double outageSeconds, int waited, double drainSeconds, DeliveryVerdict verdict) {
    return new OutageResult(
        "mosquitto killed with -9 at the start and while the backlog was sent",
        outageSeconds,
        waited,
        drainSeconds,
        verdict);
  }

  void tell(String name) throws IOException {
    String table = table();
    System.out.println(table);
    String folder = System.getProperty("voltbus.outage.results", "");
    if (!folder.isEmpty()) {
      Files.writeString(Files.createDirectories(Path.of(folder)).resolve(name + ".md"), table);
    }
  }

  private String table() {
    return """
    # Outage: %s

    | figure | value |
    |---|---|
    | run ended | %s |
    | outage, s | %.0f |
    | of it with a running gateway, s | at least %d |
    | values asked for | 1000/s |
    | kill -9 of the gateway meanwhile | 2 |
    | samples in the outbox at its end | %d (%.0f/s over the whole outage, starts included) |
    | samples that had to arrive | %d |
    | of these not heard by mosquitto_sub | %d |
    | of these acknowledged by a broker before its end, and lost with it | %d |
    | heard behind a newer one of their topic | %d |
    | heard once more | %d |
    | seconds until the last of them was heard | %.1f |

    %s\
    """
        .formatted(
            what,
            Instant.now().truncatedTo(ChronoUnit.SECONDS),
            outageSeconds,
            OutageScene.TIME.toSeconds(),
            waited,
            waited / outageSeconds,
            verdict.stored(),
            verdict.missing().size(),
            verdict.excused().size(),
            verdict.disordered().size(),
            verdict.repeated(),
            drainSeconds,
            verdict.excused().stream()
                .map(lost -> "- acknowledged, then lost: " + lost.topic() + " " + lost.timeMillis())
                .sorted()
                .collect(Collectors.joining("\n", "", "\n")))
        .stripTrailing()
        .concat("\n");
  }
}
