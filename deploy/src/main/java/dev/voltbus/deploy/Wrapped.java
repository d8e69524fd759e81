package dev.voltbus.deploy;

/// Text in lines that fit a terminal.
final class Wrapped {
  private static final int COLUMNS = 100;

  private Wrapped() {}

  /// Breaks text at blanks; further lines begin below the first one's text.
  ///
  /// @param head what the first line begins with
  static String text(String head, String text) {
    String indent = System.lineSeparator() + " ".repeat(head.length());
    StringBuilder lines = new StringBuilder(head);
    int column = head.length();
    for (String word : text.split(" ", -1)) {
      boolean isFirst = column == head.length();
      if (!isFirst && column + 1 + word.length() > COLUMNS) {
        lines.append(indent);
        column = head.length();
        isFirst = true;
      }
      lines.append(isFirst ? "" : " ").append(word);
      column += word.length() + (isFirst ? 0 : 1);
    }
    return lines.toString();
  }

  /// Both parts on one line if they fit, else each from the same column on.
  static String text(String head, String first, String second) {
    return head.length() + first.length() + 2 + second.length() <= COLUMNS
        ? head + first + "  " + second
        : text(head, first) + System.lineSeparator() + text(" ".repeat(head.length()), second);
  }
}
