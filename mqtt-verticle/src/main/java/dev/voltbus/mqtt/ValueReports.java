package dev.voltbus.mqtt;

import dev.voltbus.contract.Derivation;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.Presentation;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.RegisterCodec;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.TopicContract.Override;
import dev.voltbus.contract.TopicContract.PerValue;
import dev.voltbus.contract.TopicContract.Reporting;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Sends the values of one device one topic each, when they changed or have been silent too long.
/// Remembers what was sent last, in arrays by position; compiled for one layout.
final class ValueReports {
  private final SnapshotLayout layout;
  private final int[] indexes;
  private final ValueTopic[] topics;
  private final ReportRule[] rules;
  private final CodeTexts[] codeTexts;
  private final boolean[] isText;

  private final @Nullable Showing[] sent;
  private final double[] sentValues;
  private final long[] sentRaws;
  private final @Nullable String[] sentTexts;
  private final long[] sentReadAts;
  private final long[] sentNanos;

  private boolean hasReported;
  private long reportedNanos;
  private long gapNanos;

  ValueReports(Publication publication, PerValue rule, SnapshotLayout layout) {
    this.layout = layout;
    this.indexes = published(layout);
    int count = indexes.length;
    this.topics = new ValueTopic[count];
    this.rules = new ReportRule[count];
    this.codeTexts = new CodeTexts[count];
    this.isText = new boolean[count];
    this.sent = new Showing[count];
    this.sentValues = new double[count];
    this.sentRaws = new long[count];
    this.sentTexts = new String[count];
    this.sentReadAts = new long[count];
    this.sentNanos = new long[count];
    for (int i = 0; i < count; i++) {
      compile(i, publication, rule);
    }
  }

  private static int[] published(SnapshotLayout layout) {
    int[] found = new int[layout.size()];
    int count = 0;
    for (int i = 0; i < layout.size(); i++) {
      if (!layout.spec(i).internal()) {
        found[count++] = i;
      }
    }
    return Arrays.copyOf(found, count);
  }

  private void compile(int at, Publication publication, PerValue rule) {
    RegisterSpec spec = layout.spec(indexes[at]);
    Override override = publication.overrides().of(spec.key());
    @Nullable Reporting own = override.reporting();
    topics[at] = new ValueTopic(topic(publication, rule, spec), spec);
    rules[at] = ReportRule.of(own == null ? rule.reporting() : own);
    isText[at] = spec.source() instanceof WireSource wire && wire.type().isText();
    codeTexts[at] = new CodeTexts(spec);
  }

  static Topic topic(Publication publication, PerValue rule, RegisterSpec spec) {
    return Topic.of(
        Topic.named(rule.topic(), publication, spec.topicSuffix()),
        rule.sending(),
        publication.overrides().of(spec.key()),
        publication.broker());
  }

  SnapshotLayout layout() {
    return layout;
  }

  /// Makes every value due, as after a new connection; not a sample that is stored already.
  void forget(boolean isEveryStored) {
    for (int at = 0; at < sent.length; at++) {
      if (!isEveryStored || !topics[at].topic().isEvery()) {
        sent[at] = null;
      }
    }
  }

  /// Sends what is due of a snapshot.
  void report(ReceivedSnapshot received, long nowNanos, JsonText out, Outlet outlet) {
    gapNanos = hasReported ? nowNanos - reportedNanos : 0;
    hasReported = true;
    reportedNanos = nowNanos;
    for (int at = 0; at < indexes.length; at++) {
      switch (Showing.of(received, indexes[at], nowNanos)) {
        case VALUE -> value(at, received.snapshot(), nowNanos, out, outlet);
        case REASON -> reason(at, received.snapshot(), nowNanos, out, outlet);
        case NOTHING -> {}
      }
    }
  }

  private void value(int at, DeviceSnapshot snapshot, long nowNanos, JsonText out, Outlet outlet) {
    int index = indexes[at];
    double value = snapshot.value(index);
    long raw = snapshot.raw(index);
    long readAt = snapshot.readAt(layout.groupOf(index));
    @Nullable String text = textOf(at, snapshot);
    if (!isDue(at, value, raw, text, readAt, nowNanos)) {
      return;
    }
    if (isText[at]) {
      topics[at].text(out, readAt, text);
    } else {
      topics[at].number(out, readAt, value, raw, snapshot.exponent(index), text);
    }
    if (outlet.offer(topics[at].topic(), out.toBuffer())) {
      sentValues[at] = value;
      sentRaws[at] = raw;
      remember(at, Showing.VALUE, text, readAt, nowNanos);
    }
  }

  private boolean isDue(
      int at, double value, long raw, @Nullable String text, long readAt, long nowNanos) {
    ReportRule rule = rules[at];
    if (sent[at] != Showing.VALUE || (!rule.onChange() && readAt != sentReadAts[at])) {
      return true;
    }
    boolean changed =
        isText[at]
            ? !Objects.equals(text, sentTexts[at])
            : rule.isChange(sentValues[at], value)
                || (codeTexts[at].exist() && raw != sentRaws[at]);
    return changed || rule.isSilentTooLong(nowNanos - sentNanos[at], gapNanos);
  }

  /// That a value has none is said once, not at every poll.
  private void reason(int at, DeviceSnapshot snapshot, long nowNanos, JsonText out, Outlet outlet) {
    String text = snapshot.reason(indexes[at]).text();
    if (sent[at] == Showing.REASON && text.equals(sentTexts[at])) {
      return;
    }
    long readAt = snapshot.readAt(layout.groupOf(indexes[at]));
    topics[at].text(out, readAt, text);
    if (outlet.offer(topics[at].topic(), out.toBuffer())) {
      remember(at, Showing.REASON, text, readAt, nowNanos);
    }
  }

  private void remember(int at, Showing what, @Nullable String text, long readAt, long nowNanos) {
    sent[at] = what;
    sentTexts[at] = text;
    sentReadAts[at] = readAt;
    sentNanos[at] = nowNanos;
  }

  private @Nullable String textOf(int at, DeviceSnapshot snapshot) {
    int index = indexes[at];
    @Nullable RegisterCodec codec = layout.codec(index);
    if (isText[at] || (codec != null && codec.wire().type() == WireType.BITS)) {
      return snapshot.text(layout, index);
    }
    return codeTexts[at].of(snapshot.raw(index));
  }

  /// The texts of raw values, looked up without boxing.
  private static final class CodeTexts {
    private final long[] codes;
    private final String[] texts;
    private final @Nullable String otherwise;

    private CodeTexts(RegisterSpec spec) {
      Presentation shown = spec.presentation();
      this.otherwise =
          spec.source() instanceof Derivation derived && !derived.otherwiseText().isEmpty()
              ? derived.otherwiseText()
              : null;
      this.codes = shown.texts().keySet().stream().mapToLong(Long::longValue).sorted().toArray();
      this.texts = new String[codes.length];
      for (int i = 0; i < codes.length; i++) {
        texts[i] = Objects.requireNonNull(shown.texts().get(codes[i]));
      }
    }

    private boolean exist() {
      return codes.length > 0;
    }

    private @Nullable String of(long code) {
      int found = Arrays.binarySearch(codes, code);
      return found < 0 ? otherwise : texts[found];
    }
  }
}
