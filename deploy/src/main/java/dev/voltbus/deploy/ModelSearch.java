package dev.voltbus.deploy;

import dev.voltbus.contract.AddressSegment;
import dev.voltbus.contract.PlannedRead;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.Relocation;
import dev.voltbus.contract.SunSpecChain;
import dev.voltbus.contract.SunSpecWalk;
import dev.voltbus.deploy.ModbusLine.Answer;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where the SunSpec models of a register map stand in the device at hand, as acquisition finds
/// them too.
///
/// @param segments the models of the map; empty for a map whose registers stand where it says
/// @param chain what the device has, or null if it has no SunSpec mark
/// @param places from the map's addresses to those on the wire
record ModelSearch(List<AddressSegment> segments, @Nullable SunSpecChain chain, Relocation places) {
  ModelSearch {
    segments = List.copyOf(segments);
  }

  /// Follows the chain of a device, if its map asks for it.
  ///
  /// @throws CommandException if there is no answer
  static ModelSearch of(ModbusLine line, int unit, RegisterMap map) {
    List<AddressSegment> segments = map.segments();
    if (segments.isEmpty()) {
      return new ModelSearch(segments, null, Relocation.NONE);
    }
    SunSpecChain chain =
        SunSpecWalk.walk(
                SunSpecWalk.bases(segments),
                (address, count) -> words(line, unit, holding(address), count))
            .await()
            .orElse(null);
    return new ModelSearch(segments, chain, Relocation.of(segments, chain));
  }

  private static RegisterPlace holding(int address) {
    return new RegisterPlace(RegisterTable.HOLDING, address, "");
  }

  private static Future<short[]> words(ModbusLine line, int unit, RegisterPlace place, int count) {
    return switch (line.read(unit, place, count)) {
      case Answer.Read read -> Future.succeededFuture(read.shorts());
      case Answer.Refused _ -> Future.succeededFuture(new short[0]);
      case Answer.None none ->
          Future.failedFuture(new CommandException(none.reason(), none.advice()));
    };
  }

  /// Whether the device lacks the mark of SunSpec though the map needs it.
  boolean isWithoutMark() {
    return !segments.isEmpty() && chain == null;
  }

  /// The request as it goes on the wire; nothing if the device does not have the model.
  Optional<Relocation.Place> place(PlannedRead read) {
    return places.place(read.table(), read.address(), read.count());
  }

  /// What was found where, for people.
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    @Nullable SunSpecChain found = chain;
    if (found == null) {
      return segments.isEmpty()
          ? lines
          : List.of(
              "no SunSpec mark at %s: another unit id, or SunSpec is switched off in the device"
                  .formatted(SunSpecWalk.bases(segments)));
    }
    lines.add(
        "SunSpec mark at %d, %d model(s), the list ends: %s"
            .formatted(found.base(), found.models().size(), found.end()));
    segments.forEach(segment -> lines.add("  " + line(segment, found)));
    return lines;
  }

  private static String line(AddressSegment segment, SunSpecChain found) {
    return found
        .find(segment.modelId(), segment.occurrence())
        .map(model ->
            "%s at %d%s".formatted(segment.title(), model.address(), length(segment, model)))
        .orElse(segment.title() + " is not in the device");
  }

  private static String length(AddressSegment segment, SunSpecChain.Model model) {
    int expected = segment.length() - SunSpecWalk.HEADER_WORDS;
    return model.length() == expected
        ? ""
        : ", has %d words, %d expected".formatted(model.length(), expected);
  }
}
