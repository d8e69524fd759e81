package dev.voltbus.mqtt;

import dev.voltbus.contract.Publication;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.VenusService;
import dev.voltbus.contract.VenusService.About;
import dev.voltbus.contract.VenusService.Constant;
import dev.voltbus.contract.VenusService.Row;
import dev.voltbus.contract.VenusService.Value;
import dev.voltbus.contract.WireSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Compiles the paths of a device as a service of Venus OS.
final class VenusPoints {
  private final String device;
  private final int instance;
  private final SnapshotLayout layout;
  private final Consumer<String> complaint;

  private VenusPoints(
      Publication publication, String device, SnapshotLayout layout, Consumer<String> complaint) {
    this.device = device;
    this.instance = instance(publication, device);
    this.layout = layout;
    this.complaint = complaint;
  }

  /// @param device one of the publication's
  /// @param complaint told of what the contract asks for and the device cannot give
  static List<VenusPoint> of(
      VenusService service,
      Publication publication,
      String device,
      SnapshotLayout layout,
      Consumer<String> complaint) {
    String topic = "N/" + publication.prefix() + "/" + name(service, publication, device);
    return new VenusPoints(publication, device, layout, complaint).compile(service, topic);
  }

  /// `battery/512`.
  static String name(VenusService service, Publication publication, String device) {
    return service.service() + "/" + instance(publication, device);
  }

  private static int instance(Publication publication, String device) {
    return publication.instances().get(publication.devices().indexOf(device));
  }

  private List<VenusPoint> compile(VenusService service, String topic) {
    List<VenusPoint> points = new ArrayList<>();
    Set<String> paths = new HashSet<>();
    for (Row row : service.rows()) {
      paths.add(row.path());
      content(row).ifPresent(content -> points.add(new VenusPoint(topic, row.path(), content)));
    }
    for (int i = 0; i < layout.size(); i++) {
      String path = layout.spec(i).presentation().dbusPath();
      if (!path.isEmpty() && !layout.spec(i).internal() && paths.add(path)) {
        points.add(new VenusPoint(topic, path, asItStands(i)));
      }
    }
    return points;
  }

  private Optional<VenusContent> content(Row row) {
    return switch (row.shows()) {
      case Constant constant -> Optional.of(new VenusContent.Fixed(constant.json()));
      case About about -> Optional.of(about(about));
      case Value value -> number(row.path(), value);
    };
  }

  private VenusContent about(About about) {
    return switch (about) {
      case INSTANCE -> new VenusContent.Fixed(Integer.toString(instance));
      case DEVICE -> new VenusContent.Fixed(quoted(device));
      case MODEL -> new VenusContent.Fixed(quoted(layout.map().model()));
      case CONNECTED -> new VenusContent.Connected();
    };
  }

  private static String quoted(String text) {
    return '"' + JsonText.escaped(text) + '"';
  }

  private VenusContent asItStands(int index) {
    return isText(index)
        ? new VenusContent.Text(index)
        : new VenusContent.Measured(index, -1, UnitConversion.NONE, -1);
  }

  private boolean isText(int index) {
    return layout.spec(index).source() instanceof WireSource wire && wire.type().isText();
  }

  private Optional<VenusContent> number(String path, Value value) {
    for (String key : value.keys()) {
      if (layout.indexOf(key) >= 0) {
        return product(path, value, layout.indexOf(key));
      }
    }
    int given = withPath(path);
    return given < 0 ? Optional.empty() : converted(path, value, given, -1);
  }

  /// A device that has the value but not its factor, such as the number of its cells, does not have
  /// the path.
  private Optional<VenusContent> product(String path, Value value, int index) {
    @Nullable String factor = value.times();
    if (factor == null) {
      return converted(path, value, index, -1);
    }
    int times = layout.indexOf(factor);
    return times < 0 ? Optional.empty() : converted(path, value, index, times);
  }

  private Optional<VenusContent> converted(String path, Value value, int index, int times) {
    RegisterSpec spec = layout.spec(index);
    String unit = spec.presentation().unit();
    Optional<UnitConversion> conversion = UnitConversion.between(unit, value.unit());
    if (conversion.isEmpty() || isText(index)) {
      complaint.accept(
          "path="
              + path
              + " left out: unit '"
              + unit
              + "' of "
              + spec.key()
              + " of device "
              + device
              + " does not convert to '"
              + value.unit()
              + "'");
      return Optional.empty();
    }
    return Optional.of(new VenusContent.Measured(index, times, conversion.get(), value.decimals()));
  }

  private int withPath(String path) {
    for (int i = 0; i < layout.size(); i++) {
      if (layout.spec(i).presentation().dbusPath().equals(path)) {
        return i;
      }
    }
    return -1;
  }
}
