package dev.voltbus.command;

import dev.voltbus.contract.Leases;
import dev.voltbus.contract.Shard;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import org.jspecify.annotations.Nullable;

/// Judges the commands of a site while it holds the site's lease, and publishes the control state;
/// without the lease keeps a copy of that on this node's disk.
public final class CommandVerticle extends VerticleBase {
  private final Site site;
  private final Wiring wiring;
  private Leases.@Nullable Claim claim;
  private @Nullable ControlStore store;

  public CommandVerticle(Site site, Wiring wiring) {
    this.site = site;
    this.wiring = wiring;
  }

  @Override
  public Future<?> start() {
    Shard shard = new Shard(Shard.Kind.SITE, site.name(), site.name());
    ControlStore opened = new ControlStore(vertx, site.name(), wiring);
    store = opened;
    return opened
        .start()
        .compose(
            ready -> wiring.leases().compete(shard, SiteControl.duty(vertx, site, wiring, opened)))
        .onSuccess(won -> claim = won);
  }

  @Override
  public Future<?> stop() {
    Leases.@Nullable Claim held = claim;
    @Nullable ControlStore open = store;
    return (held == null ? Future.<Void>succeededFuture() : held.release())
        .eventually(() -> open == null ? Future.succeededFuture() : open.stop());
  }
}
