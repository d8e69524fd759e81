package dev.voltbus.contract;

import java.util.List;

/// How a device is read now: the requests with their reasons, what was learned about it, and what
/// is left out. Sent when that changes, at most once a second, and every 10 s.
///
/// Times are what is left of them at the moment of sending, so that no clocks are compared.
///
/// @param device device name
/// @param token fencing token of the link's owner
/// @param epoch start of the acquisition that reads it, Unix milliseconds; grows with each restart
/// @param sequence number of this message for the device in its epoch, from 1
/// @param standing how the device answers
/// @param ratePercent share of the configured poll rate at which it is asked, 0..100
/// @param limits what one request may ask for
/// @param groups requests by poll group, in the order of the register map
/// @param leftOut what the device refuses, by table and address
/// @param requestsUntold requests that were too many for this message
/// @param leftOutUntold the same for what is left out
public record DeviceReadPlan(
    String device,
    long token,
    long epoch,
    long sequence,
    Standing standing,
    int ratePercent,
    Limits limits,
    List<Group> groups,
    List<LeftOut> leftOut,
    int requestsUntold,
    int leftOutUntold)
    implements Message {

  static final FrameCodec<DeviceReadPlan> CODEC =
      FrameCodec.of(11, DeviceReadPlan.class, DeviceReadPlan::write, DeviceReadPlan::read);

  private static final int MOST_PERCENT = 100;

  /// Append only; the ordinal is on the wire.
  public enum Standing {
    /// Not told, or something a newer node knows.
    UNKNOWN,
    /// Not asked yet by this owner of its link.
    UNTRIED,
    /// Heard of lately.
    ANSWERING,
    /// Silent; one short request in each pause finds out when it is back.
    SUSPECT,
    /// Silent for so long that it counts as lost, or never heard of.
    LOST;

    static Standing of(int code) {
      return code > 0 && code < values().length ? values()[code] : UNKNOWN;
    }
  }

  /// What one request may ask for.
  ///
  /// @param largestBlock most words the device has been found to give
  /// @param configuredBlock most words by device and site file
  /// @param largestGap most unused words between two registers that the device has been found to
  ///   bridge
  /// @param configuredGap the same by the device file
  /// @param worthwhileGap most unused words that are quicker than a request of their own, as
  ///   measured; the smaller of this and the largest gap is in force
  /// @param doubtedInMillis time until what was learned is doubted again; 0 if nothing was learned
  public record Limits(
      int largestBlock,
      int configuredBlock,
      int largestGap,
      int configuredGap,
      int worthwhileGap,
      int doubtedInMillis) {

    private void write(FrameWriter out) {
      out.putShort(largestBlock);
      out.putShort(configuredBlock);
      out.putShort(largestGap);
      out.putShort(configuredGap);
      out.putShort(worthwhileGap);
      out.putInt(doubtedInMillis);
    }

    private static Limits read(FrameReader in) {
      return new Limits(
          in.getShort(), in.getShort(), in.getShort(), in.getShort(), in.getShort(), in.getInt());
    }
  }

  /// A poll group.
  ///
  /// @param periodMillis time between two polls at the full rate
  /// @param requests in order of table and address; those with a scale factor read before and after
  ///   at the end
  public record Group(String name, int periodMillis, List<Request> requests) {
    private static final int LEAST_BYTES = 10;

    public Group {
      requests = List.copyOf(requests);
    }

    private void write(FrameWriter out) {
      out.putString(name);
      out.putInt(periodMillis);
      out.putList(requests, request -> request.write(out));
    }

    private static Group read(FrameReader in) {
      return new Group(
          in.getString(), in.getInt(), in.getList(Request.LEAST_BYTES, () -> Request.read(in)));
    }
  }

  /// A read request.
  ///
  /// @param count words, or bits for coils and discrete inputs
  /// @param registers how many registers it brings
  /// @param bracket 0, or the number of a scale factor which the device does not give together with
  ///   its values; the first and the last request of a number bring the factor
  /// @param reason why it ends where it ends, for people
  public record Request(
      RegisterTable table, int address, int count, int registers, int bracket, String reason) {
    private static final int LEAST_BYTES = 13;

    private void write(FrameWriter out) {
      out.putByte(table.ordinal());
      out.putShort(address);
      out.putShort(count);
      out.putShort(registers);
      out.putShort(bracket);
      out.putString(reason);
    }

    private static Request read(FrameReader in) {
      return new Request(
          in.getConstant(RegisterTable.values()),
          in.getShort(),
          in.getShort(),
          in.getShort(),
          in.getShort(),
          in.getString());
    }
  }

  /// A place the device refuses.
  ///
  /// @param keys the registers there
  /// @param reason the refusal, for people
  /// @param refusals how often it was refused in a row
  /// @param askedAgainInMillis time until it is asked again; 0 means with the next poll
  public record LeftOut(
      RegisterTable table,
      int address,
      int count,
      List<String> keys,
      String reason,
      int refusals,
      int askedAgainInMillis) {
    private static final int LEAST_BYTES = 19;
    private static final int LEAST_KEY_BYTES = 4;

    public LeftOut {
      keys = List.copyOf(keys);
    }

    private void write(FrameWriter out) {
      out.putByte(table.ordinal());
      out.putShort(address);
      out.putShort(count);
      out.putList(keys, out::putString);
      out.putString(reason);
      out.putInt(refusals);
      out.putInt(askedAgainInMillis);
    }

    private static LeftOut read(FrameReader in) {
      return new LeftOut(
          in.getConstant(RegisterTable.values()),
          in.getShort(),
          in.getShort(),
          in.getList(LEAST_KEY_BYTES, in::getString),
          in.getString(),
          in.getInt(),
          in.getInt());
    }
  }

  public DeviceReadPlan {
    if (ratePercent < 0 || ratePercent > MOST_PERCENT) {
      throw new IllegalArgumentException("rate " + ratePercent + " % is not in 0..100");
    }
    groups = List.copyOf(groups);
    leftOut = List.copyOf(leftOut);
  }

  private void write(FrameWriter out) {
    out.putString(device);
    out.putLong(token);
    out.putLong(epoch);
    out.putLong(sequence);
    out.putByte(standing.ordinal());
    out.putByte(ratePercent);
    limits.write(out);
    out.putList(groups, group -> group.write(out));
    out.putList(leftOut, place -> place.write(out));
    out.putInt(requestsUntold);
    out.putInt(leftOutUntold);
  }

  private static DeviceReadPlan read(FrameReader in) {
    return new DeviceReadPlan(
        in.getString(),
        in.getLong(),
        in.getLong(),
        in.getLong(),
        Standing.of(in.getByte()),
        in.getByte(),
        Limits.read(in),
        in.getList(Group.LEAST_BYTES, () -> Group.read(in)),
        in.getList(LeftOut.LEAST_BYTES, () -> LeftOut.read(in)),
        in.getInt(),
        in.getInt());
  }
}
