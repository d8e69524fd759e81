package dev.voltbus.deploy;

import dev.voltbus.deploy.ModbusLine.Answer;
import java.io.PrintWriter;
import java.util.Locale;

/// What the commissioning commands say about questions to a unit and their answers.
///
/// @param url the endpoint, as it was given
record ReadReport(PrintWriter out, String url, int unit) {

  /// The question as it goes on the wire, so that nobody wonders about counting from 0 or 1.
  void question(RegisterPlace place, int count) {
    note(place);
    out.println("on the wire: " + place.onTheWire(count) + ", unit " + unit);
  }

  /// How a place was understood, where that is not plain.
  void note(RegisterPlace place) {
    if (!place.note().isEmpty()) {
      out.println("note: " + place.note());
    }
  }

  /// The words of an answer.
  ///
  /// @throws CommandException saying why there are none
  int[] words(Answer answer, RegisterPlace place, int count) {
    return switch (answer) {
      case Answer.Read read -> read.numbers();
      case Answer.Refused refused ->
          throw new CommandException(
              "%s unit %d: %s refused, %s".formatted(url, unit, place.span(count), refused),
              NextStep.after(refused));
      case Answer.None none -> throw new CommandException(none.reason(), none.advice());
    };
  }

  /// Says that there is nothing; false, for whoever counts.
  boolean missing(RegisterPlace place, Answer answer) {
    String reason = answer instanceof Answer.None none ? none.reason() : answer.toString();
    out.println("  " + place.table().word() + " " + place.address() + ": " + reason);
    return false;
  }

  static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
  }
}
