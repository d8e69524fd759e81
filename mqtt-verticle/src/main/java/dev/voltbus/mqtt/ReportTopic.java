package dev.voltbus.mqtt;

import dev.voltbus.contract.Publication;
import dev.voltbus.contract.SiteReport;
import dev.voltbus.contract.TopicContract.Field.Shows;
import dev.voltbus.contract.TopicContract.Grade;
import dev.voltbus.contract.TopicContract.MessageField;
import dev.voltbus.contract.TopicContract.MessageTopic;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A message about the whole site as one JSON object. Shows the newest message heard, as long as it
/// is true; before the first one there is nothing to send.
final class ReportTopic {
  private static final double MILLIS = 1000;

  private final MessageTopic rule;
  private final Topic topic;
  private final String site;
  private final JsonText out = new JsonText();
  private @Nullable SiteReport newest;
  private long arrivedNanos;
  private boolean isSent;
  private boolean wasLive;

  ReportTopic(MessageTopic rule, Publication publication) {
    this.rule = rule;
    this.topic = Topic.of(rule, publication);
    this.site = publication.site();
  }

  SiteReport.Kind kind() {
    return rule.of();
  }

  Topic topic() {
    return topic;
  }

  /// Takes a message as the newest, unless it comes from an owner that lost its lease, and sends it
  /// if it is due at once.
  ///
  /// @return whether it was taken
  boolean accept(SiteReport report, Moment now, Outlet outlet) {
    @Nullable SiteReport last = newest;
    if (last != null && report.token() < last.token()) {
      return false;
    }
    boolean saysTheSame = last != null && wasLive && saysTheSame(last, report);
    newest = report;
    arrivedNanos = now.nanos();
    wasLive = isLive(now);
    if (rule.onceOnly() || !saysTheSame) {
      isSent = false;
      sendUnsent(now, outlet);
    }
    return true;
  }

  /// Sends it at an interval of the publication.
  void repeat(Moment now, Outlet outlet) {
    if (!rule.onceOnly()) {
      isSent = false;
    }
    sendUnsent(now, outlet);
  }

  /// Sends what could not be sent when it was due, as after a new connection.
  void sendUnsent(Moment now, Outlet outlet) {
    @Nullable SiteReport report = newest;
    if (report != null && !isSent && isLive(now)) {
      render(report);
      isSent = outlet.offer(topic, out.toBuffer());
    }
  }

  /// Told once when the message has become too old to be shown, and nothing newer came.
  boolean fallsSilent(Moment now) {
    boolean falls = wasLive && !isLive(now);
    wasLive &= !falls;
    return falls;
  }

  private boolean isLive(Moment now) {
    return newest != null
        && newest.isLive(TimeUnit.NANOSECONDS.toMillis(now.nanos() - arrivedNanos));
  }

  private boolean saysTheSame(SiteReport one, SiteReport other) {
    return rule.fields().stream()
        .filter(field -> field.shows() == Shows.VALUE)
        .allMatch(field -> Objects.equals(one.part(field.part()), other.part(field.part())));
  }

  private void render(SiteReport report) {
    out.reset();
    out.raw('{');
    int empty = out.length();
    for (MessageField field : rule.fields()) {
      int before = out.length();
      if (before > empty) {
        out.raw(',');
      }
      out.string(field.name());
      out.raw(':');
      if (!content(field, report)) {
        out.cut(before);
      }
    }
    out.raw('}');
  }

  private boolean content(MessageField field, SiteReport report) {
    switch (field.shows()) {
      case SITE -> out.string(site);
      case UNIX_TIME -> out.oneOrMore(report.at() / MILLIS, 3);
      case ISO_TIME -> out.string(Instant.ofEpochMilli(report.at()).toString());
      case VALUE -> {
        return part(field, report.part(field.part()));
      }
      case SAMPLE_ID, GATEWAY_STATUS, EVENT_LEVEL, PAUSE_STATUS, UPTIME, VERSION ->
          throw new IllegalStateException("a message has no " + field.shows());
    }
    return true;
  }

  private boolean part(MessageField field, @Nullable Object part) {
    switch (part) {
      case null -> {
        if (!field.nullWhenAbsent()) {
          return false;
        }
        out.bare("null");
      }
      case Boolean flag -> out.bare(flag.toString());
      case Double number -> number(field, number);
      case Long whole -> out.integer(whole);
      case List<?> texts -> texts(texts);
      default -> out.string(part.toString());
    }
    return true;
  }

  private void number(MessageField field, double number) {
    @Nullable Grade grade = field.grade();
    if (grade != null) {
      out.string(number > grade.limit() ? grade.above() : grade.otherwise());
    } else if (field.decimals() == null) {
      out.number(number);
    } else {
      out.atMost(number, field.decimals());
    }
  }

  private void texts(List<?> texts) {
    out.raw('[');
    for (int i = 0; i < texts.size(); i++) {
      if (i > 0) {
        out.raw(',');
      }
      out.string(String.valueOf(texts.get(i)));
    }
    out.raw(']');
  }
}
