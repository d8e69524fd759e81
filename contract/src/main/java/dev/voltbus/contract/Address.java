package dev.voltbus.contract;

/// An event-bus address to which messages of one type are published.
///
/// @param name `voltbus.<site>.<noun>`
public record Address<T extends Message>(String name, Class<T> type) {

  /// All polls of a site's devices.
  public static Address<DevicePoll> polls(String site) {
    return of(site, "poll", DevicePoll.class);
  }

  /// All snapshots of a site's devices.
  public static Address<DeviceSnapshot> snapshots(String site) {
    return of(site, "snapshot", DeviceSnapshot.class);
  }

  /// State changes of a site's links.
  public static Address<LinkStatus> links(String site) {
    return of(site, "link", LinkStatus.class);
  }

  /// How each of a site's devices is read.
  public static Address<DeviceReadPlan> readPlans(String site) {
    return of(site, "read-plan", DeviceReadPlan.class);
  }

  /// The control state of a site.
  public static Address<ControlState> control(String site) {
    return of(site, "control", ControlState.class);
  }

  /// Copies of a site's control state on the disks of its nodes.
  public static Address<ControlCopy> controlCopies(String site) {
    return of(site, "control-copy", ControlCopy.class);
  }

  /// How far the publications of a site are.
  public static Address<Delivered> delivered(String site) {
    return of(site, "delivered", Delivered.class);
  }

  /// What becomes of a site's commands after their first answer.
  public static Address<CommandResult> commandResults(String site) {
    return of(site, "command-result", CommandResult.class);
  }

  /// Whether a site is inside its safety limits.
  public static Address<SafetyState> safety(String site) {
    return of(site, "safety", SafetyState.class);
  }

  /// How unusual a site's traffic is.
  public static Address<AnomalyScore> anomaly(String site) {
    return of(site, "anomaly", AnomalyScore.class);
  }

  /// The power proposed for a site.
  public static Address<DispatchProposal> dispatch(String site) {
    return of(site, "dispatch", DispatchProposal.class);
  }

  /// What brokers brought about a site's devices.
  public static Address<DeviceMessage> deviceMessages(String site) {
    return of(site, "device-message", DeviceMessage.class);
  }

  private static <T extends Message> Address<T> of(String site, String noun, Class<T> type) {
    return new Address<>("voltbus." + site + "." + noun, type);
  }
}
