package dev.voltbus.deploy;

import dev.voltbus.acquisition.AcquisitionVerticle;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.Site;
import dev.voltbus.mqtt.MqttVerticle;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `voltbus check`: judges a site file and everything it refers to, without starting anything.
@Command(
    name = "check",
    description = "Checks a site file; prints its read plan and its topics.",
    mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
  @Mixin private SiteOptions site = new SiteOptions();

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description = "Folder that `voltbus run` will get.")
  private @Nullable Path state;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws ConfigException {
    Site loaded = site.load();
    PrintWriter out = spec.commandLine().getOut();
    SiteFiles.describe(loaded).forEach(out::println);
    for (Device device : loaded.devices()) {
      out.println("reads of " + device.name() + ":");
      AcquisitionVerticle.readPlan(device).forEach(line -> out.println("  " + line));
    }
    for (Device device : loaded.devices()) {
      List<String> writes = AcquisitionVerticle.writePlan(device);
      if (!writes.isEmpty()) {
        out.println("writes of " + device.name() + ":");
        writes.forEach(line -> out.println("  " + line));
      }
    }
    ControlReport.of(loaded).forEach(out::println);
    if (loaded.control() != null && state == null) {
      out.println(ControlReport.NOTHING_KEPT);
    }
    for (Publication publication : loaded.publications()) {
      PayloadReport sizes = PayloadReport.of(publication, loaded);
      out.println("topics of " + publication.name() + ":");
      MqttVerticle.topics(publication, loaded.devices(), loaded.control())
          .forEach(topic -> out.println("  " + sizes.line(topic)));
      MqttVerticle.leftOut(publication)
          .forEach(text -> out.println("publication " + publication.name() + " " + text));
      List<String> entities =
          MqttVerticle.entities(publication, loaded.devices(), loaded.control());
      if (!entities.isEmpty()) {
        out.println("Home Assistant entities of " + publication.name() + ":");
        entities.forEach(topic -> out.println("  " + sizes.line(topic)));
      }
    }
    out.flush();
    return 0;
  }
}
