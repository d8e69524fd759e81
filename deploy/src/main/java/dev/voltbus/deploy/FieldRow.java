package dev.voltbus.deploy;

import dev.voltbus.contract.TopicContract.Field;
import dev.voltbus.contract.TopicContract.Field.Form;
import dev.voltbus.contract.TopicContract.Field.Shows;

/// Reads what a topic contract shows in one field of a JSON object or in a plain topic.
final class FieldRow {
  private final Section row;
  private final Shows shows;
  private final Form form;

  private FieldRow(Section row) {
    this.row = row;
    this.shows = RegisterRow.constant(Shows.class, row.text("shows", "value"));
    this.form = RegisterRow.constant(Form.class, row.text("form", "number"));
  }

  static Field read(Section row) {
    return new FieldRow(row).read();
  }

  private Field read() {
    checkForm();
    checkSource();
    return new Field(
        row.text("name"),
        shows,
        row.texts("keys"),
        form,
        row.text("unit"),
        row.whole("decimals", form == Form.DOUBLE ? 3 : 0),
        row.textOrNull("otherwise"),
        row.textOrNull("negated-with"));
  }

  private void checkForm() {
    boolean always = row.flag("always", false);
    if (always && !row.has("otherwise")) {
      row.fault("otherwise", "required, but missing here: the field is always sent");
    }
    if (!always && row.has("otherwise")) {
      row.fault("otherwise", "belongs to a field with `always: true`");
    }
    if (form != Form.NUMBER && form != Form.DOUBLE && row.has("decimals")) {
      row.fault("decimals", "belongs to a field of form number or double, not " + row.text("form"));
    }
    if (form == Form.TEXT && row.has("negated-with")) {
      row.fault("negated-with", "a text has no sign");
    }
  }

  private void checkSource() {
    if (shows == Shows.VALUE && !row.has("keys")) {
      row.fault("keys", "required, but missing here: the field shows a value");
    }
    for (String key : new String[] {"keys", "form", "unit", "decimals", "always", "negated-with"}) {
      if (shows != Shows.VALUE && row.has(key)) {
        row.fault(key, "belongs to a field that shows a value, not to `" + row.text("shows") + "`");
      }
    }
  }
}
