package dev.voltbus.deploy;

import dev.voltbus.contract.RegisterTable;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where a person says that something stands in a device, as table and address on the wire.
///
/// | text | meaning |
/// |---|---|
/// | `304`, `0x130` | address on the wire, counted from 0, in the table asked for, else holding |
/// | `holding:304`, `h304`, `input:0x10`, `i16`, `coil:7`, `c7`, `discrete:7`, `d7` | table and address on the wire |
/// | `40305`, `30001`, `10001` | register number, counted from 1, whose first digit names the table; only where no table is asked for |
/// | `400305` | the same with six digits, always |
///
/// @param table the table
/// @param address address on the wire, 0..65535
/// @param note what the reader should know about how the text was taken; empty where it is plain
record RegisterPlace(RegisterTable table, int address, String note) {
  private static final Pattern FORM =
      Pattern.compile("(?:([a-z]+):?)?(0x[0-9a-f]{1,8}|[0-9]{1,9})");
  private static final List<Character> LEADING = List.of('4', '3', '1');

  RegisterPlace {
    if (address < 0 || address > 0xFFFF) {
      throw new UsageException("address " + address + " is not in 0..65535");
    }
  }

  /// Reads what a person wrote.
  ///
  /// @param asked the table named elsewhere, or null
  /// @throws UsageException naming the text and the valid forms
  static RegisterPlace parse(String text, @Nullable RegisterTable asked) {
    Matcher form = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!form.matches()) {
      throw wrong(text);
    }
    @Nullable String word = form.group(1);
    int number = number(text, form.group(2));
    if (word != null) {
      return in(agreed(text, table(word).orElseThrow(() -> wrong(text)), asked), number);
    }
    return numbered(text, form.group(2), asked)
        .orElseGet(() -> in(asked == null ? RegisterTable.HOLDING : asked, number));
  }

  private static RegisterPlace in(RegisterTable table, int address) {
    return new RegisterPlace(table, address, "");
  }

  private static int number(String text, String digits) {
    long number = Long.decode(RegisterRow.plain(digits));
    if (number > 999_999) {
      throw wrong(text);
    }
    return (int) number;
  }

  /// The table called so, or by its first letter.
  static Optional<RegisterTable> table(String word) {
    for (RegisterTable table : RegisterTable.values()) {
      boolean isNamed = table.word().equals(word) || table.word().substring(0, 1).equals(word);
      if (table.isModbus() && isNamed) {
        return Optional.of(table);
      }
    }
    return Optional.empty();
  }

  private static RegisterTable agreed(
      String text, RegisterTable said, @Nullable RegisterTable asked) {
    if (asked != null && asked != said) {
      throw new UsageException(
          "--address " + text + " is in table " + said.word() + ", but --table is " + asked.word());
    }
    return said;
  }

  /// The form in which the first digit names the table.
  private static Optional<RegisterPlace> numbered(
      String text, String digits, @Nullable RegisterTable asked) {
    boolean five = digits.matches("[134][0-9]{4}") && asked == null;
    boolean six = digits.matches("[134][0-9]{5}");
    int rest = five || six ? Integer.parseInt(digits.substring(1)) : 0;
    if (rest < 1 || rest > 65536) {
      return Optional.empty();
    }
    RegisterTable table =
        switch (LEADING.indexOf(digits.charAt(0))) {
          case 0 -> RegisterTable.HOLDING;
          case 1 -> RegisterTable.INPUT;
          default -> RegisterTable.DISCRETE;
        };
    return Optional.of(
        new RegisterPlace(agreed(text, table, asked), rest - 1, note(text, table, rest, five)));
  }

  private static String note(String text, RegisterTable table, int rest, boolean ambiguous) {
    String taken = "%s is taken as number %d of table %s".formatted(text, rest, table.word());
    return ambiguous
        ? taken + "; for address " + text + " on the wire write holding:" + text
        : taken;
  }

  private static UsageException wrong(String text) {
    return new UsageException(
        "--address `"
            + text
            + "` is not a place; valid: 304, 0x130 (on the wire, from 0), holding:304, h304, i304,"
            + " c304, d304, 40305 (number from 1)");
  }

  /// The place some addresses further.
  RegisterPlace plus(int steps) {
    return new RegisterPlace(table, address + steps, "");
  }

  /// `holding 304..310`, or `holding 304` for one.
  String span(int count) {
    return table.word() + " " + address + (count == 1 ? "" : ".." + (address + count - 1));
  }

  /// What is asked, in the only form that leaves no doubt: `FC3 address 0x0130 (304), count 7`.
  String onTheWire(int count) {
    return "FC%d address 0x%04X (%d), count %d"
        .formatted(table.readFunction(), address, address, count);
  }
}
