package dev.voltbus.simulator;

import dev.voltbus.simulator.SimulatedDevice.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a simulated device shows and how it behaves; its registers are those of a device file.
///
/// @param device name of the device type
/// @param unit usual unit id, 0..255
/// @param model physical model that makes the values (`tinybms`, `tinybms-bridge`, `byd`,
///   `inverter`); empty if the values below are all there is
/// @param values what each register shows, by key; a register without one shows its initial number,
///   else its "no sensor", else 0
/// @param words raw words where the device file has no register
/// @param deviceId objects of function 43/14, by object id
/// @param functions function codes the device knows; empty: those its tables need
/// @param largestBlock most words in one read, 1..125
/// @param quirks faults that belong to the device and stay whatever else is armed
public record Profile(
    String device,
    int unit,
    String model,
    Map<String, Signal> values,
    List<Words> words,
    Map<Integer, String> deviceId,
    Set<Integer> functions,
    int largestBlock,
    List<Fault> quirks) {

  /// Raw words side by side.
  ///
  /// @param words 0..65535 each
  public record Words(Table table, int address, List<Integer> words) {
    public Words {
      words = List.copyOf(words);
      if (address < 0 || address + words.size() > 0x10000) {
        throw new IllegalArgumentException(
            words.size() + " words at " + address + " are not all in 0..65535");
      }
      for (int word : words) {
        if (word < 0 || word > 0xFFFF) {
          throw new IllegalArgumentException("word " + word + " is not in 0..65535");
        }
      }
    }
  }

  public Profile {
    values = Map.copyOf(values);
    words = List.copyOf(words);
    deviceId = Map.copyOf(deviceId);
    functions = Set.copyOf(functions);
    quirks = List.copyOf(quirks);
    if (unit < 0 || unit > 255) {
      throw new IllegalArgumentException("unit " + unit + " is not in 0..255");
    }
    if (largestBlock < 1 || largestBlock > 125) {
      throw new IllegalArgumentException("largest-block " + largestBlock + " is not in 1..125");
    }
  }

  /// A device whose registers all show their defaults.
  public static Profile of(String device, int unit) {
    return new Profile(device, unit, "", Map.of(), List.of(), Map.of(), Set.of(), 125, List.of());
  }

  public Profile with(String key, Signal signal) {
    Map<String, Signal> more = new HashMap<>(values);
    more.put(key, signal);
    return new Profile(device, unit, model, more, words, deviceId, functions, largestBlock, quirks);
  }

  public Profile with(String key, double value) {
    return with(key, new Signal.Fixed(value));
  }

  public Profile withWords(Table table, int address, Integer... raw) {
    List<Words> more = new ArrayList<>(words);
    more.add(new Words(table, address, List.of(raw)));
    return new Profile(
        device, unit, model, values, more, deviceId, functions, largestBlock, quirks);
  }

  public Profile withDeviceId(Map<Integer, String> objects) {
    return new Profile(
        device, unit, model, values, words, objects, functions, largestBlock, quirks);
  }

  public Profile withQuirks(Fault... own) {
    return new Profile(
        device, unit, model, values, words, deviceId, functions, largestBlock, List.of(own));
  }

  public Profile withLimits(int block, Integer... known) {
    return new Profile(device, unit, model, values, words, deviceId, Set.of(known), block, quirks);
  }
}
