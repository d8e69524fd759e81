package dev.voltbus.contract;

import dev.voltbus.contract.TopicContract.Sending;
import dev.voltbus.contract.TopicContract.TopicRule;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Each device of a publication as a service of a Venus OS system (contract tinybms section 5): one
/// topic `N/{prefix}/{service}/{instance}{path}` for each path, with `{"value": x}`, while somebody
/// asks for it on `R/{prefix}/keepalive`. The publication's prefix is the portal id.
///
/// Registers whose device file gives a path that no row has are published as they stand.
///
/// @param service kind of service, such as `battery`
/// @param rows in the order of a full publish
public record VenusService(String service, List<Row> rows) implements TopicRule {
  /// QoS 0 and nothing retained, as on a GX device.
  private static final Sending LIVE = new Sending(0, false);

  public VenusService {
    rows = List.copyOf(rows);
  }

  /// The service a contract has, if it is one of these.
  public static Optional<VenusService> of(TopicContract contract) {
    return contract.topics().stream()
        .filter(VenusService.class::isInstance)
        .map(VenusService.class::cast)
        .findFirst();
  }

  @Override
  public String topic() {
    return "N/{prefix}/" + service + "/{instance}{path}";
  }

  @Override
  public Sending sending() {
    return LIVE;
  }

  /// One path of the service.
  ///
  /// @param path with a leading slash, such as `/Dc/0/Voltage`
  /// @param shows what stands there
  public record Row(String path, Shows shows) {}

  /// What stands at a path.
  public sealed interface Shows permits Value, Constant, About {}

  /// A number of the device.
  ///
  /// @param keys the first of these registers that the device has; else the one to which the device
  ///   file gives the path
  /// @param times register by which it is multiplied, such as the number of cells, or null
  /// @param unit unit it is published in; empty leaves numbers alone
  /// @param decimals most decimals, 0..9
  public record Value(List<String> keys, @Nullable String times, String unit, int decimals)
      implements Shows {
    public Value {
      keys = List.copyOf(keys);
    }
  }

  /// The same for each device.
  ///
  /// @param json a JSON number or string
  public record Constant(String json) implements Shows {}

  /// What the service is.
  public enum About implements Shows {
    /// The device instance, a number.
    INSTANCE,
    /// The device's name in the site file.
    DEVICE,
    /// The name of the device file.
    MODEL,
    /// 1 while the device is heard, else 0.
    CONNECTED
  }
}
