package dev.voltbus.mqtt;

import dev.voltbus.contract.Bus;
import dev.voltbus.contract.PublicationReply;
import dev.voltbus.contract.PublicationRequest;
import dev.voltbus.contract.PublicationRequest.Action;
import dev.voltbus.contract.RequestAddress;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.UUID;

/// Asks a publication over the bus, as a control socket does.
final class Asking {
  private static final Duration LIMIT = Duration.ofSeconds(14);

  private final Bus bus;
  private final RequestAddress<PublicationRequest, PublicationReply> address;

  private Asking(Bus bus, String publication) {
    this.bus = bus;
    this.address = RequestAddress.publication(Fixtures.SITE, publication);
  }

  static Asking of(Bus bus, String publication) {
    return new Asking(bus, publication);
  }

  PublicationReply clock() {
    return Await.result(send(PublicationRequest.clock("clock", "a test")));
  }

  PublicationReply ask(Action action) {
    return Await.result(start(action));
  }

  Future<PublicationReply> start(Action action) {
    return send(within(5_000, UUID.randomUUID().toString(), action));
  }

  /// @param remainingMillis below 0 for one whose deadline has passed
  PublicationRequest within(int remainingMillis, String id, Action action) {
    return PublicationRequest.to(clock(), 0, id, action, remainingMillis, "a test");
  }

  Future<PublicationReply> send(PublicationRequest request) {
    return bus.request(address, request, LIMIT);
  }
}
