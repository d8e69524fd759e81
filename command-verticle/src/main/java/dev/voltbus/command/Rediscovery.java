package dev.voltbus.command;

import dev.voltbus.contract.Bus;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.PublicationReply;
import dev.voltbus.contract.PublicationRequest;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.Site;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has Home Assistant told of a battery's entities again, through each publication that takes its
/// commands.
final class Rediscovery {
  private static final Logger LOG = LoggerFactory.getLogger(Rediscovery.class);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
  private static final int BEGIN_MILLIS = 5_000;

  private final Bus bus;
  private final Site site;

  Rediscovery(Bus bus, Site site) {
    this.bus = bus;
    this.site = site;
  }

  void of(String battery) {
    for (Publication publication : site.publications()) {
      if (publication.contract().commandTopic() != null
          && publication.devices().getFirst().equals(battery)) {
        discover(publication.name())
            .onFailure(failure ->
                LOG.warn(
                    "publication={} discovery not sent again: {}",
                    publication.name(),
                    failure.getMessage()));
      }
    }
  }

  private Future<PublicationReply> discover(String publication) {
    RequestAddress<PublicationRequest, PublicationReply> owner =
        RequestAddress.publication(site.name(), publication);
    String id = UUID.randomUUID().toString();
    return bus.request(owner, PublicationRequest.clock(id, "RESTART"), ANSWER_LIMIT)
        .compose(clock ->
            bus.request(
                owner,
                PublicationRequest.to(
                    clock,
                    0,
                    UUID.randomUUID().toString(),
                    PublicationRequest.Action.DISCOVER,
                    BEGIN_MILLIS,
                    "RESTART"),
                ANSWER_LIMIT));
  }
}
