package dev.voltbus.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.Collectors;

/// The figures of an outage test: printed, and written to a file of the folder
/// `-Dvoltbus.outage.results` where that is given.
record OutageResult(String what, int waited, double drainSeconds, DeliveryVerdict verdict) {
  static OutageResult cut(int waited, double drainSeconds, DeliveryVerdict verdict) {
    return new OutageResult("cut from its broker", waited, drainSeconds, verdict);
  }

  static OutageResult killed(int waited, double drainSeconds, DeliveryVerdict verdict) {
    return new OutageResult(
        "mosquitto killed with -9 at the start and while the backlog was sent",
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
    long seconds = OutageScene.TIME.toSeconds();
    return """
    # Outage: %s

    | figure | value |
    |---|---|
    | run ended | %s |
    | outage with a running gateway, s | %d |
    | kill -9 of the gateway meanwhile | 2 |
    | samples in the outbox at its end | %d (%.0f/s) |
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
            seconds,
            waited,
            (double) waited / seconds,
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
