package dev.voltbus.mqtt;

/// A message that is larger than the broker may be sent: trying it again is of no use.
final class OversizedFailure extends Exception {
  private static final long serialVersionUID = 1;

  OversizedFailure(Topic topic, int bytes, int most) {
    super(
        topic.name() + " not sent: " + bytes + " bytes are more than max-payload " + most,
        null,
        false,
        false);
  }
}
