package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Access;
import dev.voltbus.contract.AddressSegment;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.WireSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Device files with a section `sunspec`, and the model files that come with Voltbus.
class SunSpecConfigTest {
  @TempDir Path folder;

  private RegisterMap map(String sunspec) throws IOException, ConfigException {
    ConfigFolder.copy(Path.of("config/schema"), folder.resolve("schema"));
    ConfigFolder.copy(Path.of("config/sunspec"), folder.resolve("sunspec"));
    Files.createDirectories(folder.resolve("devices"));
    Files.writeString(
        folder.resolve("devices/pv.yaml"),
        "device: pv\nunit: 1\ngroups: { live: { period: 1s }, static: { period: 1h } }\n"
            + "sunspec:\n"
            + sunspec.indent(2));
    Path site = folder.resolve("site.yaml");
    Files.writeString(
        site,
        """
        site: roof
        links: { pv: { url: "tcp://192.0.2.1:502" } }
        devices: { pv: { type: pv, link: pv } }
        """);
    return SiteFiles.load(site, folder, Map.of(), name -> null).devices().getFirst().map();
  }

  private static RegisterSpec row(RegisterMap map, String key) {
    return map.registers().stream()
        .filter(register -> register.key().equals(key))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + key));
  }

  private static WireSource wire(RegisterMap map, String key) {
    return (WireSource) row(map, key).source();
  }

  @Test
  void modelsStandOneBehindTheOtherFromTheBaseOn() throws Exception {
    RegisterMap map = map("models: [1, { id: 103 }, { id: 160, counts: { N: 2 } }, 802]");
    assertEquals(
        List.of(
            new AddressSegment(1, 1, RegisterTable.HOLDING, 40002, 68),
            new AddressSegment(103, 1, RegisterTable.HOLDING, 40070, 52),
            new AddressSegment(160, 1, RegisterTable.HOLDING, 40122, 50),
            new AddressSegment(802, 1, RegisterTable.HOLDING, 40172, 64)),
        map.segments());
    assertEquals(40084, wire(map, "m103_w").address());
    assertEquals(40122 + 2 + 8 + 20 + 11, wire(map, "m160_module_2_dcw").address());
    assertEquals("DC power, module 2", row(map, "m160_module_2_dcw").presentation().label());
    assertNotNull(SnapshotLayout.of(map));
  }

  @Test
  void aPointHasItsScaleFactorItsTypeAndItsSentinel() throws Exception {
    RegisterMap map = map("base: 50000\nmodels: [103, 111, 122]");
    RegisterSpec power = row(map, "m103_w");
    assertEquals("m103_w_sf", power.scaling().scaleRegister());
    assertEquals(List.of(-32768L), power.absent());
    assertEquals(List.of(0L, 0xFFFFFFFFL), row(map, "m103_wh").absent());
    assertEquals(List.of(-1L), row(map, "m103_st").absent());
    assertEquals("fault", row(map, "m103_st").presentation().texts().get(7L));
    assertEquals("bits", wire(map, "m103_evt1").type().word());
    assertEquals(2, wire(map, "m103_evt1").words());
    assertEquals("f32", wire(map, "m111_w").type().word());
    assertEquals(List.of(0x7FC00000L), row(map, "m111_w").absent());
    assertEquals("u64", wire(map, "m122_actwh").type().word());
    assertEquals(List.of(0L, -1L), row(map, "m122_actwh").absent());
    assertEquals("string", wire(map, "m122_tmsrc").type().word());
    assertTrue(row(map, "m103_w_sf").internal());
    assertEquals(50004, wire(map, "m103_a").address());
  }

  @Test
  void onlyTheNamedPointsAndTheirScaleFactorsAreRead() throws Exception {
    RegisterMap map = map("models: [{ id: 203, only: [W, TotWhExp], group: static }]");
    assertEquals(
        List.of("m203_w", "m203_w_sf", "m203_totwhexp", "m203_totwh_sf"),
        map.registers().stream().map(RegisterSpec::key).toList());
    assertEquals("static", row(map, "m203_w").group());
    assertEquals(107, map.segments().getFirst().length());
  }

  @Test
  void aScaleFactorThatNeverChangesIsNotRead() throws Exception {
    RegisterMap map =
        map(
            "models: [{ id: 805, counts: { NCell: 30 }, scale-factors: { CellV_SF: -3, Tmp_SF: 0 }"
                + " }]");
    RegisterSpec cell = row(map, "m805_cell_30_cellv");
    assertEquals(0, new java.math.BigDecimal("0.001").compareTo(cell.scaling().scale()));
    assertEquals(null, cell.scaling().scaleRegister());
    assertEquals(3, cell.presentation().precision());
  }

  @Test
  void aPointMayBeRenamedTurnedRoundAndGuarded() throws Exception {
    RegisterMap map =
        map(
            """
            models: [802]
            points:
              m802_soc: { key: soc, valid: { min: 0, max: 100 }, dbus-path: /Soc }
              m802_a: { sign: negated }
            """);
    assertTrue(row(map, "soc").guard().isActive());
    assertEquals("/Soc", row(map, "soc").presentation().dbusPath());
    assertEquals("m802_soc_sf", row(map, "soc").scaling().scaleRegister());
    assertTrue(row(map, "m802_a").scaling().negated());
  }

  @Test
  void groupsThatStandInOthersRepeatWithThem() throws Exception {
    RegisterMap map =
        map(
            "models: [{ id: 705, counts: { NCrv: 2, NPt: 4 } }, 704, { id: 707, counts: { NCrvSet:"
                + " 1, NPt: 2 } }]");
    assertEquals(2 + 13 + 2 * (10 + 4 * 2), map.segments().getFirst().length());
    assertEquals(67, map.segments().get(1).length());
    assertEquals(2 + 7 + 1 + 3 * (1 + 2 * 3), map.segments().get(2).length());
    int curves = 40002 + 2 + 13;
    assertEquals(curves + 18 + 10 + 2 * 2, wire(map, "m705_crv_2_pt_3_v").address());
    assertEquals("m705_v_sf", row(map, "m705_crv_2_pt_3_v").scaling().scaleRegister());
    assertEquals(Access.READ_ONLY, row(map, "m704_pfwinj_pf").access());
    assertTrue(wire(map, "m707_crv_1_momcess_pt_2_tms").address() > curves);
  }

  @Test
  void aModelThatComesTwiceHasTwoSetsOfKeys() throws Exception {
    RegisterMap map = map("models: [201, 201, { id: 201, prefix: grid }]");
    assertEquals(107, wire(map, "m201_2_w").address() - wire(map, "m201_w").address());
    assertEquals(3, map.segments().getLast().occurrence());
    assertEquals("grid_w_sf", row(map, "grid_w").scaling().scaleRegister());
  }

  /// Length of the fixed part, and of what one repetition adds, as the published models state them.
  @ParameterizedTest
  @CsvSource({
    "1, 66, 0",
    "101, 50, 0",
    "102, 50, 0",
    "103, 50, 0",
    "111, 60, 0",
    "112, 60, 0",
    "113, 60, 0",
    "120, 26, 0",
    "121, 30, 0",
    "122, 44, 0",
    "123, 24, 0",
    "124, 24, 0",
    "160, 8, 20",
    "201, 105, 0",
    "202, 105, 0",
    "203, 105, 0",
    "204, 105, 0",
    "701, 153, 0",
    "702, 50, 0",
    "703, 17, 0",
    "704, 65, 0",
    "705, 13, 12",
    "706, 13, 7",
    "707, 7, 13",
    "708, 7, 13",
    "709, 7, 16",
    "710, 7, 16",
    "711, 12, 10",
    "712, 12, 6",
    "713, 7, 0",
    "714, 18, 25",
    "715, 7, 0",
    "801, 1, 0",
    "802, 62, 0",
    "803, 26, 32",
    "804, 46, 16",
    "805, 42, 4"
  })
  void everyModelHasItsPublishedLength(int id, int fixed, int repeated) throws Exception {
    for (int count = 0; count <= 1; count++) {
      String counts =
          "N: %1$d, NCrv: %1$d, NPt: %1$d, NCrvSet: %1$d, NCtl: %1$d, NPrt: %1$d, NStr: %1$d, NMod: %1$d, NCell: %1$d"
              .formatted(count);
      RegisterMap map = map("models: [{ id: " + id + ", counts: { " + counts + " } }]");
      assertEquals(2 + fixed + count * repeated, map.segments().getFirst().length());
    }
  }

  @Test
  void everyModelOfTheTaskHasAFile() throws Exception {
    try (var files = Files.list(Path.of("config/sunspec"))) {
      assertEquals(37, files.count());
    }
  }
}
