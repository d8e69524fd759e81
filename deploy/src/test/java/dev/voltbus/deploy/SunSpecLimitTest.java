package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.acquisition.AcquisitionVerticle;
import dev.voltbus.command.CommandVerticle;
import dev.voltbus.contract.Address;
import dev.voltbus.contract.AddressSegment;
import dev.voltbus.contract.CommandRequest;
import dev.voltbus.contract.CommandRequest.Delivery;
import dev.voltbus.contract.CommandRequest.Until;
import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.CommandResult.Status;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.Site;
import dev.voltbus.mapping.MappingVerticle;
import dev.voltbus.simulator.ModbusServer;
import dev.voltbus.simulator.ModbusServer.Write;
import dev.voltbus.simulator.Profile;
import dev.voltbus.simulator.ProfileDevice;
import dev.voltbus.simulator.SimulatedDevice.Table;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A limit for a storage inverter of SunSpec model 124: percent of its rating, in force by a mode
/// of its own, and ended by its own timer.
class SunSpecLimitTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final String MODELS =
      """
      models: [124]
      points:
        m124_inwrte: { access: rw, min: 0, max: 10000 }
        m124_outwrte: { access: rw, min: 0, max: 10000 }
        m124_inoutwrte_rvrttms: { access: rw, min: 0, max: 65534 }
        m124_storctl_mod: { access: rw, min: 0, max: 3 }
      """;

  private final Vertx vertx = Vertx.vertx();
  private final Gateway gateway = new Gateway(vertx);
  private final BlockingQueue<CommandResult> results = new LinkedBlockingQueue<>();
  @TempDir private Path folder;

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private Site site(int port) throws Exception {
    ConfigFolder.copy(Path.of("config/schema"), folder.resolve("schema"));
    ConfigFolder.copy(Path.of("config/sunspec"), folder.resolve("sunspec"));
    Files.createDirectories(folder.resolve("devices"));
    Files.writeString(
        folder.resolve("devices/store.yaml"),
        "device: store\nunit: 1\ngroups: { live: { period: 500ms } }\nsunspec:\n"
            + MODELS.indent(2));
    Path file = folder.resolve("site.yaml");
    Files.writeString(
        file,
        """
        site: roof
        links: { pv: { url: "tcp://127.0.0.1:%d", reconnect-min: 40ms, reconnect-max: 100ms } }
        devices: { store: { type: store, link: pv } }
        control:
          batteries:
            store:
              charge: { register: m124_inwrte, most: 100, rating: { value: 200, unit: A } }
              discharge: { register: m124_outwrte, most: 100, rating: { value: 200, unit: A } }
              timer: { register: m124_inoutwrte_rvrttms }
              with: [ { register: m124_storctl_mod, value: 3 } ]
        """
            .formatted(port));
    return SiteFiles.load(file, folder, Map.of(), name -> null);
  }

  private ModbusServer serve() throws Exception {
    RegisterMap map = site(1).devices().getFirst().map();
    AddressSegment model = map.segments().getFirst();
    Profile profile =
        Profile.of("store", 1)
            .with("m124_inoutwrte_sf", -2)
            .withWords(Table.HOLDING, model.nominalAddress() - 2, 0x5375, 0x6E53)
            .withWords(Table.HOLDING, model.nominalAddress(), model.modelId(), model.length() - 2)
            .withWords(Table.HOLDING, model.end(), 0xFFFF, 0);
    return ModbusServer.start(
            vertx,
            ModbusServer.Transport.TCP,
            0,
            Map.of(1, new ProfileDevice(map, profile).device()))
        .await();
  }

  @Test
  void aLimitIsPercentOfTheRatingAndArmsTheDevicesTimer() throws Exception {
    ModbusServer device = serve();
    Site site = site(device.port());
    gateway.wiring().bus().subscribe(Address.commandResults("roof"), results::add);
    vertx.deployVerticle(new MappingVerticle(site, gateway.wiring())).await();
    vertx.deployVerticle(new CommandVerticle(site, gateway.wiring())).await();
    vertx.deployVerticle(new AcquisitionVerticle(site, gateway.wiring())).await();
    CommandResult accepted = send("{\"max_charge\":50,\"max_discharge\":25.5,\"timeout\":90}");
    assertEquals(Status.ACCEPTED, accepted.status(), accepted::toString);
    await(Status.VERIFIED);
    int model = site.devices().getFirst().map().segments().getFirst().nominalAddress();
    assertEquals(2_500, last(device, model + 13), "InWRte, 25 % in hundredths");
    assertEquals(1_275, last(device, model + 12), "OutWRte, 12.75 %");
    assertEquals(90, last(device, model + 15), "InOutWRte_RvrtTms");
    assertEquals(3, last(device, model + 5), "StorCtl_Mod, both limits in force");
  }

  private CommandResult send(String payload) {
    CommandRequest request =
        new CommandRequest(
            "c-1",
            "a test",
            "store",
            "SET_LIMITS",
            Buffer.buffer(payload),
            Delivery.LIVE,
            Until.in(5_000),
            "",
            1);
    return gateway.wiring().bus().request(RequestAddress.command("roof"), request, LIMIT).await();
  }

  private void await(Status status) throws InterruptedException {
    CommandResult next = results.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
    while (next != null && next.status() != status) {
      next = results.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
    assertTrue(next != null, "no result " + status);
  }

  private static int last(ModbusServer device, int address) {
    List<Write> writes =
        device.writes().stream().filter(write -> write.address() == address).toList();
    assertTrue(!writes.isEmpty(), () -> "nothing written to " + address);
    return writes.getLast().words().getFirst();
  }
}
