package dev.voltbus.contract;

import java.util.List;

/// Everything one poll of one group of a device brought: a block for each read request.
///
/// @param device device name
/// @param group poll group name
/// @param token fencing token of the link's owner
/// @param epoch start of the acquisition that polled, Unix milliseconds; grows with each restart
/// @param sequence number of this poll of the device in its epoch, from 1
/// @param ageMillis monotonic time between the oldest answer and the moment of sending
/// @param staleAfterMillis age from which these values are stale
/// @param unavailableAfterMillis age from which these values are not shown
/// @param blocks one for each read request, in address order. A value and its scale factor
///   (`RegisterMap.readTogether`) come in one block, or in two if the factor was read before and
///   after the value and was the same; else the value's block is a failed one
/// @param keptMillis how much of its age passed between its first sending and this one; 0 for a
///   poll that is sent for the first time
public record DevicePoll(
    String device,
    String group,
    long token,
    long epoch,
    long sequence,
    int ageMillis,
    int staleAfterMillis,
    int unavailableAfterMillis,
    List<RegisterBlock> blocks,
    int keptMillis)
    implements Message {

  /// Number of the section behind the first fields; a poll that was not kept lacks it.
  private static final int KEPT = 1;

  static final FrameCodec<DevicePoll> CODEC =
      FrameCodec.of(1, DevicePoll.class, DevicePoll::write, DevicePoll::read);

  /// A poll that is sent for the first time.
  public DevicePoll(
      String device,
      String group,
      long token,
      long epoch,
      long sequence,
      int ageMillis,
      int staleAfterMillis,
      int unavailableAfterMillis,
      List<RegisterBlock> blocks) {
    this(
        device,
        group,
        token,
        epoch,
        sequence,
        ageMillis,
        staleAfterMillis,
        unavailableAfterMillis,
        blocks,
        0);
  }

  public DevicePoll {
    blocks = List.copyOf(blocks);
  }

  private void write(FrameWriter out) {
    out.putString(device);
    out.putString(group);
    out.putLong(token);
    out.putLong(epoch);
    out.putLong(sequence);
    out.putInt(ageMillis);
    out.putInt(staleAfterMillis);
    out.putInt(unavailableAfterMillis);
    out.putList(blocks, block -> block.write(out));
    if (keptMillis > 0) {
      out.putByte(KEPT);
      out.putInt(keptMillis);
    }
  }

  /// The same poll, sent again.
  ///
  /// @param millis since it was sent as it is here
  public DevicePoll keptFor(long millis) {
    return new DevicePoll(
        device,
        group,
        token,
        epoch,
        sequence,
        Math.clamp(ageMillis + millis, 0, Integer.MAX_VALUE),
        staleAfterMillis,
        unavailableAfterMillis,
        blocks,
        Math.clamp(keptMillis + millis, 0, Integer.MAX_VALUE));
  }

  /// About as many bytes as it takes.
  public int bytes() {
    int bytes = 100;
    for (int i = 0; i < blocks.size(); i++) {
      bytes += 60 + 2 * blocks.get(i).count();
    }
    return bytes;
  }

  private static DevicePoll read(FrameReader in) {
    return new DevicePoll(
        in.getString(),
        in.getString(),
        in.getLong(),
        in.getLong(),
        in.getLong(),
        in.getInt(),
        in.getInt(),
        in.getInt(),
        in.getList(RegisterBlock.LEAST_BYTES, () -> RegisterBlock.read(in)),
        in.getByte() == KEPT ? in.getInt() : 0);
  }
}
