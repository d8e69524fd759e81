package dev.voltbus.deploy;

import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.SunSpecChain;
import dev.voltbus.deploy.ModbusLine.Answer;
import dev.voltbus.modbus.DeviceId;
import dev.voltbus.modbus.ModbusClientOptions;
import dev.voltbus.modbus.TlsFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/// What a probe learns about one unit that answers.
///
/// @param nanos round trip times, sorted, at least one
/// @param identity what function 43/14 says, or null if the device does not know it
/// @param sunSpec its SunSpec models, or null if it has none
/// @param fits device files that may fit, the likeliest first
record UnitLook(
    int unit,
    List<Long> nanos,
    @Nullable DeviceId identity,
    @Nullable SunSpecScan sunSpec,
    List<String> fits) {
  private static final int ROUND_TRIPS = 10;
  private static final Map<Integer, String> OBJECTS =
      Map.of(
          DeviceId.VENDOR_NAME, "vendor",
          DeviceId.PRODUCT_CODE, "product",
          DeviceId.REVISION, "revision",
          DeviceId.VENDOR_URL, "url",
          DeviceId.PRODUCT_NAME, "product name",
          DeviceId.MODEL_NAME, "model",
          DeviceId.APPLICATION_NAME, "application");

  UnitLook {
    nanos = List.copyOf(nanos);
    fits = List.copyOf(fits);
  }

  static UnitLook at(ModbusLine line, int unit, Map<String, DeviceType> library) {
    List<Long> nanos = new ArrayList<>();
    for (int i = 0; i < ROUND_TRIPS; i++) {
      nanos.add(line.read(unit, new RegisterPlace(RegisterTable.HOLDING, 0, ""), 1).nanos());
    }
    nanos.sort(Comparator.naturalOrder());
    @Nullable SunSpecScan sunSpec =
        SunSpecScan.of((place, count) -> words(line, unit, place, count)).orElse(null);
    @Nullable DeviceId identity = line.identity(unit).orElse(null);
    return new UnitLook(unit, nanos, identity, sunSpec, fits(line, unit, sunSpec, library));
  }

  private static Optional<int[]> words(ModbusLine line, int unit, RegisterPlace place, int count) {
    return line.read(unit, place, count) instanceof Answer.Read read
        ? Optional.of(read.numbers())
        : Optional.empty();
  }

  private static List<String> fits(
      ModbusLine line, int unit, @Nullable SunSpecScan sunSpec, Map<String, DeviceType> library) {
    List<String> fits = new ArrayList<>(bySunSpec(sunSpec, library));
    library.values().stream()
        .map(type -> DeviceFit.of(type, (place, count) -> words(line, unit, place, count)))
        .filter(DeviceFit::fits)
        .filter(fit -> fits.stream().noneMatch(named -> named.startsWith(fit.model() + " ")))
        .sorted(
            Comparator.comparing((DeviceFit fit) -> !isUsual(library, fit, unit))
                .thenComparingInt(fit -> (fit.samples() - fit.plausible()) / 2))
        .forEach(fit -> fits.add(fit.toString()));
    return fits;
  }

  private static boolean isUsual(Map<String, DeviceType> library, DeviceFit fit, int unit) {
    @Nullable DeviceType type = library.get(fit.model());
    return type != null && Integer.valueOf(unit).equals(type.unit());
  }

  /// Device files named after the manufacturer, then the one for all SunSpec devices.
  private static List<String> bySunSpec(
      @Nullable SunSpecScan sunSpec, Map<String, DeviceType> library) {
    List<String> fits = new ArrayList<>();
    if (sunSpec == null) {
      return fits;
    }
    SunSpecScan.@Nullable Common common = sunSpec.common();
    if (common != null && !common.manufacturer().isEmpty()) {
      String maker = common.manufacturer().toLowerCase(Locale.ROOT).split("[^a-z0-9]+", -1)[0];
      library.keySet().stream()
          .filter(name -> maker.length() >= 3 && name.startsWith(maker))
          .forEach(name -> fits.add(name + " (by manufacturer)"));
    }
    if (library.containsKey("sunspec")) {
      fits.add("sunspec (by its models)");
    }
    return fits;
  }

  /// What there is to say, for people.
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("unit " + unit + ":");
    lines.add(
        "  round trip of %d reads: least %s, middle %s, most %s"
            .formatted(
                nanos.size(),
                ReadReport.millis(nanos.getFirst()),
                ReadReport.millis(nanos.get(nanos.size() / 2)),
                ReadReport.millis(nanos.getLast())));
    @Nullable DeviceId id = identity;
    lines.add("  device id: " + (id == null ? "no (function 43/14)" : text(id)));
    sunSpecLines(lines);
    if (fits.isEmpty()) {
      lines.add("  no device file fits; write one: docs/reference/device-file.md");
    }
    fits.forEach(fit -> lines.add("  may fit: " + fit));
    return lines;
  }

  /// `vendor Energus, product TinyBMS, revision 2.1`.
  private static String text(DeviceId id) {
    StringJoiner text = new StringJoiner(", ");
    id.objects()
        .keySet()
        .forEach(object ->
            text.add(OBJECTS.getOrDefault(object, "object " + object) + " " + id.text(object)));
    return text.toString();
  }

  private void sunSpecLines(List<String> lines) {
    @Nullable SunSpecScan scan = sunSpec;
    if (scan == null) {
      lines.add("  SunSpec: no");
      return;
    }
    SunSpecChain chain = scan.chain();
    lines.add("  SunSpec: at " + chain.base() + ", " + chain.models().size() + " model(s)");
    SunSpecScan.@Nullable Common common = scan.common();
    if (common != null) {
      lines.add(
          "    %s, %s, version %s, serial number %s"
              .formatted(common.manufacturer(), common.model(), common.version(), common.serial()));
    }
    chain.models().forEach(model -> lines.add("    model " + text(model)));
    lines.add("    the list ends: " + chain.end());
  }

  private static String text(SunSpecChain.Model model) {
    return "%d (%s) at %d, %d words"
        .formatted(model.id(), SunSpecScan.name(model.id()), model.address(), model.length());
  }

  /// Sections for a site file.
  ///
  /// @param link how they were reached
  static List<String> siteFile(ModbusClientOptions link, List<UnitLook> looks) {
    List<String> lines = new ArrayList<>();
    lines.add("for the site file:");
    lines.add("links:");
    lines.add("  link-1:");
    lines.add("    url: " + link.endpoint());
    lines.addAll(tls(link.tls()));
    lines.add("devices:");
    int number = 1;
    for (UnitLook look : looks) {
      lines.add("  device-" + number++ + ":");
      lines.add(
          look.fits.isEmpty()
              ? "    type: my-device # to be written as config/devices/my-device.yaml"
              : "    type: " + look.fits.getFirst().replaceFirst(" .*", ""));
      lines.add("    link: link-1");
      lines.add("    unit: " + look.unit);
    }
    return lines;
  }

  private static List<String> tls(TlsFiles files) {
    List<String> lines = new ArrayList<>();
    if (!files.equals(TlsFiles.NONE)) {
      lines.add("    tls:");
    }
    addFile(lines, "ca-file", files.caFile());
    addFile(lines, "certificate-file", files.certificateFile());
    addFile(lines, "key-file", files.keyFile());
    if (!files.verifyHost()) {
      lines.add("      verify-host: false");
    }
    return lines;
  }

  private static void addFile(List<String> lines, String key, @Nullable Path file) {
    if (file != null) {
      lines.add("      " + key + ": " + file);
    }
  }
}
