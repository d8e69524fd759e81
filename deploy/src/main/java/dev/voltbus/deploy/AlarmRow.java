package dev.voltbus.deploy;

import dev.voltbus.contract.TopicContract.AlarmTopic;
import dev.voltbus.contract.TopicContract.AlarmTopic.Codes;
import dev.voltbus.contract.TopicContract.AlarmTopic.Level;
import dev.voltbus.contract.TopicContract.AlarmTopic.Limit;
import dev.voltbus.contract.TopicContract.AlarmTopic.Silence;
import dev.voltbus.contract.TopicContract.AlarmTopic.Trigger;
import dev.voltbus.contract.TopicContract.Sending;
import java.math.BigDecimal;
import java.util.Optional;

/// Reads an alarm of a topic contract.
final class AlarmRow {
  private final Section row;
  private final String when;

  private AlarmRow(Section row) {
    this.row = row;
    this.when = row.text("raised");
  }

  static Optional<AlarmTopic> read(Section row, Sending sending) {
    return new AlarmRow(row).read(sending);
  }

  private Optional<AlarmTopic> read(Sending sending) {
    int before = row.faults().count();
    Trigger trigger = trigger();
    return row.faults().count() > before
        ? Optional.empty()
        : Optional.of(
            new AlarmTopic(
                row.text("name"),
                row.text("topic"),
                sending,
                row.text("label"),
                row.text("dbus-path"),
                row.texts("keys"),
                trigger,
                row.text("warning", row.text("critical")),
                row.text("critical")));
  }

  private Trigger trigger() {
    boolean isLimit = when.equals("above") || when.equals("below");
    expect("limit", isLimit, true);
    expect("limit-negated", isLimit, false);
    expect("least-band", isLimit, false);
    expect("codes", when.equals("code"), true);
    return switch (when) {
      case "code" -> new Codes(row.longs("codes"));
      case "level" -> new Level();
      case "silence" -> new Silence();
      default ->
          new Limit(
              row.text("limit"),
              when.equals("above"),
              row.flag("limit-negated", false),
              row.decimal("least-band", BigDecimal.ZERO).doubleValue());
    };
  }

  private void expect(String key, boolean belongs, boolean isRequired) {
    if (!belongs && row.has(key)) {
      row.fault(key, "does not belong to an alarm that is raised by `" + when + "`");
    }
    if (belongs && isRequired && !row.has(key)) {
      row.fault(key, "required, but missing here: the alarm is raised by `" + when + "`");
    }
  }
}
