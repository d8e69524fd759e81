package dev.voltbus.contract;

/// An event-bus address on which the holder of a shard's lease answers requests.
///
/// @param name `voltbus.<site>.<noun>.<shard>`
public record RequestAddress<Q extends Message, R extends Message>(
    String name, Class<Q> question, Class<R> answer) {

  /// The layout of a device's snapshots, answered by the owner of its mapping.
  public static RequestAddress<LayoutRequest, LayoutReply> layout(String site, String device) {
    return new RequestAddress<>(
        "voltbus." + site + ".layout." + device, LayoutRequest.class, LayoutReply.class);
  }

  /// Polls of a device that may not have arrived, answered by the owner of its link.
  public static RequestAddress<KeptRequest, KeptReply> keptPolls(String site, String device) {
    return new RequestAddress<>(
        "voltbus." + site + ".kept-polls." + device, KeptRequest.class, KeptReply.class);
  }

  /// Snapshots of a device that may not have arrived, answered by the owner of its mapping.
  public static RequestAddress<KeptRequest, KeptReply> keptSnapshots(String site, String device) {
    return new RequestAddress<>(
        "voltbus." + site + ".kept-snapshots." + device, KeptRequest.class, KeptReply.class);
  }

  /// Writes to the devices of a link, answered by the owner of the link. The answer comes when the
  /// outcome is known, which may take the settle time of the register.
  public static RequestAddress<WriteRequest, WriteResult> writes(String site, String link) {
    return new RequestAddress<>(
        "voltbus." + site + ".writes." + link, WriteRequest.class, WriteResult.class);
  }

  /// Requests to a publication, answered by the holder of its lease; also to the line over which
  /// devices are pushed, whose name has a dot.
  public static RequestAddress<PublicationRequest, PublicationReply> publication(
      String site, String publication) {
    return new RequestAddress<>(
        "voltbus." + site + ".publication." + publication,
        PublicationRequest.class,
        PublicationReply.class);
  }

  /// Commands for a site, answered by the owner of its control.
  public static RequestAddress<CommandRequest, CommandResult> command(String site) {
    return new RequestAddress<>(
        "voltbus." + site + ".command." + site, CommandRequest.class, CommandResult.class);
  }
}
