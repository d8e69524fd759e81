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
import dev.voltbus.contract.Limits;
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

/// Limits by SunSpec: percent of a rating, in force by a switch of their own, and ended by the
/// device's own timer. Model 124 limits both directions, 123 and 704 what is fed out only.
class SunSpecLimitTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Form STORAGE =
      new Form(
          """
          models: [124]
          points:
            m124_inwrte: { access: rw, min: 0, max: 10000 }
            m124_outwrte: { access: rw, min: 0, max: 10000 }
            m124_inoutwrte_rvrttms: { access: rw, min: 0, max: 65534 }
            m124_storctl_mod: { access: rw, min: 0, max: 3 }
          """,
          """
          charge: { register: m124_inwrte, most: 100, rating: { value: 200, unit: A } }
          discharge: { register: m124_outwrte, most: 100, rating: { value: 200, unit: A } }
          timer: { register: m124_inoutwrte_rvrttms }
          with: [ { register: m124_storctl_mod, value: 3 } ]
          """,
          "m124_inoutwrte_sf");
  private static final Form IMMEDIATE =
      new Form(
          """
          models: [123]
          points:
            m123_wmaxlimpct: { access: rw, min: 0, max: 10000 }
            m123_wmaxlimpct_rvrttms: { access: rw, min: 0, max: 65534 }
            m123_wmaxlim_ena: { access: rw, min: 0, max: 1 }
          """,
          """
          discharge: { register: m123_wmaxlimpct, most: 100, rating: { value: 200, unit: A } }
          timer: { register: m123_wmaxlimpct_rvrttms }
          with: [ { register: m123_wmaxlim_ena, value: 1 } ]
          """,
          "m123_wmaxlimpct_sf");
  private static final Form DER =
      new Form(
          """
          models: [704]
          points:
            m704_wmaxlimpct: { access: rw, min: 0, max: 10000 }
            m704_wmaxlimpctrvrttms: { access: rw, min: 0, max: 100000 }
            m704_wmaxlimpctenarvrt: { access: rw, min: 0, max: 1 }
            m704_wmaxlimpctena: { access: rw, min: 0, max: 1 }
          """,
          """
          discharge: { register: m704_wmaxlimpct, most: 100, rating: { value: 200, unit: A } }
          timer: { register: m704_wmaxlimpctrvrttms }
          with:
            - { register: m704_wmaxlimpctenarvrt, value: 0 }
            - { register: m704_wmaxlimpctena, value: 1 }
          """,
          "m704_wmaxlimpct_sf");

  private final Vertx vertx = Vertx.vertx();
  private final Gateway gateway = new Gateway(vertx);
  private final BlockingQueue<CommandResult> results = new LinkedBlockingQueue<>();
  @TempDir private Path folder;
  private int model;

  /// What a device offers, how the site file uses it, and its scale factor.
  private record Form(String models, String battery, String scaleFactor) {}

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private Site site(Form form, int port) throws Exception {
    ConfigFolder.copy(Path.of("config/schema"), folder.resolve("schema"));
    ConfigFolder.copy(Path.of("config/sunspec"), folder.resolve("sunspec"));
    Files.createDirectories(folder.resolve("devices"));
    Files.writeString(
        folder.resolve("devices/store.yaml"),
        "device: store\nunit: 1\ngroups: { live: { period: 500ms } }\nsunspec:\n"
            + form.models.indent(2));
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
        """
                .formatted(port)
            + form.battery.indent(6));
    return SiteFiles.load(file, folder, Map.of(), name -> null);
  }

  private ModbusServer serve(Form form) throws Exception {
    RegisterMap map = site(form, 1).devices().getFirst().map();
    AddressSegment model = map.segments().getFirst();
    Profile profile =
        Profile.of("store", 1)
            .with(form.scaleFactor, -2)
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
    ModbusServer device = begin(STORAGE);
    CommandResult accepted = send("{\"max_charge\":50,\"max_discharge\":25.5,\"timeout\":90}");
    assertEquals(Status.ACCEPTED, accepted.status(), accepted::toString);
    await(Status.VERIFIED);
    assertEquals(2_500, last(device, 13), "InWRte, 25 % in hundredths");
    assertEquals(1_275, last(device, 12), "OutWRte, 12.75 %");
    assertEquals(90, last(device, 15), "InOutWRte_RvrtTms");
    assertEquals(3, last(device, 5), "StorCtl_Mod, both limits in force");
  }

  // Model 123, immediate controls.
  @Test
  void whatIsFedOutAloneCanBeLimited() throws Exception {
    ModbusServer device = begin(IMMEDIATE);
    CommandResult accepted = send("{\"max_discharge\":25.5,\"timeout\":90}");
    assertEquals(new Limits(null, 25.5), accepted.effective(), accepted::toString);
    await(Status.VERIFIED);
    assertEquals(1_275, last(device, 5), "WMaxLimPct, 12.75 % in hundredths");
    assertEquals(90, last(device, 7), "WMaxLimPct_RvrtTms");
    assertEquals(1, last(device, 9), "WMaxLim_Ena");
  }

  // Model 704, whose timer counts 32 bits and which is told what it goes back to.
  @Test
  void theTimerOfModel704TakesADay() throws Exception {
    ModbusServer device = begin(DER);
    send("{\"max_discharge\":25.5,\"timeout\":86400}");
    await(Status.VERIFIED);
    assertEquals(1_275, last(device, 15), "WMaxLimPct, 12.75 % in hundredths");
    assertEquals(List.of(1, 86_400 - 65_536), lastWords(device, 18), "WMaxLimPctRvrtTms");
    assertEquals(0, last(device, 17), "WMaxLimPctEnaRvrt: no limit when the time is over");
    assertEquals(1, last(device, 14), "WMaxLimPctEna");
  }

  private ModbusServer begin(Form form) throws Exception {
    ModbusServer device = serve(form);
    Site site = site(form, device.port());
    model = site.devices().getFirst().map().segments().getFirst().nominalAddress();
    gateway.wiring().bus().subscribe(Address.commandResults("roof"), results::add);
    vertx.deployVerticle(new MappingVerticle(site, gateway.wiring())).await();
    vertx.deployVerticle(new CommandVerticle(site, gateway.wiring())).await();
    vertx.deployVerticle(new AcquisitionVerticle(site, gateway.wiring())).await();
    return device;
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

  private int last(ModbusServer device, int offset) {
    return lastWords(device, offset).getFirst();
  }

  /// @param offset from the start of the model
  private List<Integer> lastWords(ModbusServer device, int offset) {
    List<Write> writes =
        device.writes().stream().filter(write -> write.address() == model + offset).toList();
    assertTrue(!writes.isEmpty(), () -> "nothing written to offset " + offset);
    return writes.getLast().words();
  }
}
