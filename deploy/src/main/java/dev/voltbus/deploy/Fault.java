package dev.voltbus.deploy;

/// Something wrong in a configuration file, told so that it can be mended without the source.
///
/// @param file the file as the caller named it
/// @param line line in the file, from 1; 0 where the fault belongs to the file as a whole
/// @param key path of the key, such as `devices.bms-1.unit`; empty for the file as a whole
/// @param value the value found there, empty if it is no single value or is secret
/// @param message what is wrong and what would be valid
record Fault(String file, int line, String key, String value, String message) {

  @Override
  public String toString() {
    return file + (line > 0 ? ":" + line : "") + ": " + (key.isEmpty() ? "" : key + ": ") + message;
  }
}
