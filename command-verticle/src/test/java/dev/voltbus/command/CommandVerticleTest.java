package dev.voltbus.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.CommandRequest;
import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.ControlState;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.Health;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.ReadLimits;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.SingleProcessLeases;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.ReplyException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandVerticleTest {
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final Site SITE =
      new Site(
          "test",
          List.of(),
          List.of(
              new Device(
                  "bms-1",
                  "bms",
                  1,
                  new RegisterMap("pack", List.of(), List.of(), ReadLimits.MODBUS))),
          List.of());

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = Bus.over(vertx);
  private final LinkedBlockingQueue<ControlState> states = new LinkedBlockingQueue<>();
  private String deployment = "";

  @BeforeEach
  void deploy() throws Exception {
    TimeSource time = TimeSource.system();
    Wiring wiring =
        new Wiring(bus, new SingleProcessLeases(time), time, Metrics.none(), Health.none());
    bus.subscribe(Address.control("test"), states::add);
    deployment = vertx.deployVerticle(new CommandVerticle(SITE, wiring)).await();
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().await();
  }

  @Test
  void controlStateIsPublishedAtTheStart() throws Exception {
    ControlState state = states.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
    assertEquals(ControlState.Mode.RUNNING, state.mode());
  }

  // A command nobody can carry out must be answered, not swallowed.
  @ParameterizedTest
  @ValueSource(strings = {"PAUSE", "RESUME", "STOP", "RESTART", "SET_LIMITS"})
  void commandForABatteryWithoutATargetIsRefusedWithThatReason(String name) throws Exception {
    assertEquals(
        "device bms-1 has no register for limits configured",
        ask(request(name, "bms-1", false)).reason());
  }

  @Test
  void commandForAnUnknownDeviceIsRefusedByName() throws Exception {
    assertEquals("site test has no device bms-2", ask(request("PAUSE", "bms-2", false)).reason());
  }

  // A retained command would act again at every reconnect.
  @Test
  void retainedCommandIsRefusedBeforeAnythingElse() throws Exception {
    assertEquals(
        "the broker kept it from an earlier time", ask(request("PAUSE", "bms-2", true)).reason());
  }

  @Test
  void nobodyAnswersAfterTheLeaseIsReleased() throws Exception {
    vertx.undeploy(deployment).await();

    assertThrows(ReplyException.class, () -> ask(request("PAUSE", "bms-1", false)));
  }

  private CommandResult ask(CommandRequest request) throws Exception {
    return bus.request(RequestAddress.command("test"), request, LIMIT).await();
  }

  private static CommandRequest request(String name, String device, boolean retained) {
    return new CommandRequest(
        "7",
        "test",
        device,
        name,
        Buffer.buffer(),
        retained ? CommandRequest.Delivery.RETAINED : CommandRequest.Delivery.LIVE,
        CommandRequest.Until.in(5_000),
        "",
        1);
  }
}
