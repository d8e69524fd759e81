package dev.voltbus.deploy;

import dev.voltbus.contract.SiteReport;
import dev.voltbus.contract.TopicContract.Field.Shows;
import dev.voltbus.contract.TopicContract.Grade;
import dev.voltbus.contract.TopicContract.MessageField;
import dev.voltbus.contract.TopicContract.MessageTopic;
import dev.voltbus.contract.TopicContract.Sending;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads a topic that shows a message about the whole site.
final class MessageRow {
  private final Section topic;
  private final SiteReport.Kind kind;

  private MessageRow(Section topic) {
    this.topic = topic;
    this.kind = RegisterRow.constant(SiteReport.Kind.class, topic.text("of"));
  }

  static MessageTopic read(Section topic, Sending sending) {
    return new MessageRow(topic).read(sending);
  }

  private MessageTopic read(Sending sending) {
    return new MessageTopic(
        topic.text("name"),
        topic.text("topic"),
        sending,
        kind,
        topic.text("when", "interval").equals("message"),
        fields());
  }

  private List<MessageField> fields() {
    List<MessageField> fields = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Section row : topic.list("fields")) {
      if (!names.add(row.text("name"))) {
        row.fault("name", "field `" + row.text("name") + "` is given twice");
      }
      fields.add(field(row));
    }
    return fields;
  }

  private MessageField field(Section row) {
    Shows shows = RegisterRow.constant(Shows.class, row.text("shows", "value"));
    checkPart(row, shows);
    return new MessageField(
        row.text("name"),
        shows,
        row.text("part"),
        row.wholeOrNull("decimals"),
        row.text("when-absent", "left-out").equals("null"),
        grade(row));
  }

  private void checkPart(Section row, Shows shows) {
    boolean isPart = shows == Shows.VALUE;
    if (isPart && !row.has("part")) {
      row.fault("part", "required, but missing here: the field shows a part of the message");
    } else if (isPart) {
      SiteReader.reference(row, "part", row.text("part"), kind.parts());
    }
    for (String key : new String[] {"part", "decimals", "when-absent", "above"}) {
      if (!isPart && row.has(key)) {
        row.fault(key, "belongs to a field that shows a part, not to `" + row.text("shows") + "`");
      }
    }
  }

  private static @Nullable Grade grade(Section row) {
    int given = 0;
    for (String key : new String[] {"above", "then", "otherwise"}) {
      given += row.has(key) ? 1 : 0;
    }
    if (given == 0) {
      return null;
    }
    if (given < 3) {
      row.fault("`above`, `then` and `otherwise` belong together; give all or none");
    }
    if (row.has("decimals")) {
      row.fault("decimals", "does not belong to a field that shows a text");
    }
    return new Grade(
        row.decimal("above", BigDecimal.ZERO).doubleValue(),
        row.text("then"),
        row.text("otherwise"));
  }
}
