package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.Presentation;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.ReadLimits;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.Scaling;
import dev.voltbus.contract.TopicContract.JsonArrayTopic;
import dev.voltbus.contract.TopicContract.JsonArrayTopic.Items;
import dev.voltbus.contract.TopicContract.Sending;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How large the messages grow with the number of cells, as docs/reference says.
class MessageBytesTest {
  private static final String CELLS = "cell_voltage_[0-9]+_mv";
  private static final Sending LIVE = new Sending(0, false, false);

  private static RegisterMap pack(int cells) {
    List<RegisterSpec> rows = new ArrayList<>();
    for (int cell = 1; cell <= cells; cell++) {
      rows.add(
          RegisterSpec.of("cell_voltage_" + cell + "_mv", WireSource.holding(cell, WireType.U16))
              .withScaling(Scaling.by("1"))
              .withPresentation(Presentation.NONE.withUnit("mV")));
    }
    return new RegisterMap(
        "pack",
        rows,
        List.of(PollGroup.every(RegisterSpec.DEFAULT_GROUP, Duration.ofSeconds(1))),
        ReadLimits.MODBUS);
  }

  private static int bytes(int cells) {
    RegisterMap map = pack(cells);
    Snapshots values = new Snapshots(map);
    for (int cell = 1; cell <= cells; cell++) {
      values.good("cell_voltage_" + cell + "_mv", 3301, 3301);
    }
    Publication publication =
        Fixtures.with(
            Fixtures.dbe(BrokerSettings.at("local", "127.0.0.1", 1883)),
            new JsonArrayTopic(
                "spec_data",
                "{prefix}/spec_data",
                LIVE,
                null,
                Publication.CELL_VOLTAGES,
                null,
                List.of(new Items("cell_voltages", CELLS, "V", 3, null))));
    List<Integer> sizes = new ArrayList<>();
    PublicationRenderer renderer =
        new PublicationRenderer(
            publication,
            (topic, payload) -> sizes.add(payload.length()),
            new EventBook(new StandingTime()),
            complaint -> {});
    renderer.accept(values.received(0));
    renderer.sendIntervalTopics(new Moment(0, Snapshots.READ_AT));
    return sizes.getFirst();
  }

  @ParameterizedTest
  @CsvSource({"16, 115", "96, 595", "192, 1171"})
  void cellVoltagesTakeSixBytesEach(int cells, int expected) {
    assertEquals(expected, bytes(cells));
  }
}
