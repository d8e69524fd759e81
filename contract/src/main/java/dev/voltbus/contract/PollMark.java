package dev.voltbus.contract;

import java.util.Comparator;

/// Which poll of a device: grows with each poll, with each restart of its acquisition and with each
/// change of the link's owner.
///
/// @param token fencing token of the link's owner
/// @param epoch start of the acquisition that polled, Unix milliseconds
/// @param sequence number of the poll in its epoch, from 1
public record PollMark(long token, long epoch, long sequence) implements Comparable<PollMark> {
  /// Before every poll.
  public static final PollMark NONE = new PollMark(0, 0, 0);

  static final int BYTES = 24;

  private static final Comparator<PollMark> ORDER =
      Comparator.comparingLong(PollMark::token)
          .thenComparingLong(PollMark::epoch)
          .thenComparingLong(PollMark::sequence);

  public static PollMark of(DevicePoll poll) {
    return new PollMark(poll.token(), poll.epoch(), poll.sequence());
  }

  public static PollMark of(DeviceSnapshot snapshot) {
    return new PollMark(snapshot.token(), snapshot.epoch(), snapshot.sequence());
  }

  @Override
  public int compareTo(PollMark other) {
    return ORDER.compare(this, other);
  }

  public boolean isAfter(PollMark other) {
    return compareTo(other) > 0;
  }

  static PollMark later(PollMark one, PollMark other) {
    return one.isAfter(other) ? one : other;
  }

  void write(FrameWriter out) {
    out.putLong(token);
    out.putLong(epoch);
    out.putLong(sequence);
  }

  static PollMark read(FrameReader in) {
    return new PollMark(in.getLong(), in.getLong(), in.getLong());
  }
}
