package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ClusterOptionsTest {

  private static ClusterOptions of(String... members) {
    return new ClusterOptions(List.of(members), "", 3, "");
  }

  @Test
  void aloneMeansTenPortsOfThisMachine() {
    ClusterOptions local = ClusterOptions.local(1);
    assertTrue(local.isLocal());
    assertEquals(10, local.addresses().size());
    assertEquals("127.0.0.1:5701", local.addresses().getFirst());
    assertEquals("127.0.0.1:5710", local.addresses().getLast());
  }

  @Test
  void aRangeOfPortsIsOneAddressForEach() {
    assertEquals(
        List.of("node-1.example:5701", "node-1.example:5702", "node-2", "[::1]:5701"),
        of("node-1.example:5701-5702", "node-2", "[::1]:5701").addresses());
  }

  // A node that binds loopback only cannot be reached from the others.
  @ParameterizedTest
  @ValueSource(strings = {"node-1", "192.0.2.7:5701", "127.0.0.10"})
  void oneOtherMachineMakesItNotLocal(String member) {
    assertFalse(of("127.0.0.1:5701", member).isLocal());
    assertFalse(new ClusterOptions(List.of(), "voltbus.example", 3, "").isLocal());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "node:", "node:57x", "node:5701-", "node:-1", "a b", "::1", "node:1:2"})
  void aMemberOfAnotherFormIsRefused(String member) {
    assertEquals(
        "--cluster-members: `" + member + "` is not of the form host, host:port or host:first-last",
        assertThrows(UsageException.class, () -> of(member)).getMessage());
  }

  @ParameterizedTest
  @CsvSource({"node:0,0", "node:65536,65536", "node:5701-70000,70000"})
  void aPortOutOfRangeIsRefused(String member, int port) {
    assertEquals(
        "--cluster-members: port " + port + " of `" + member + "` is not in 1..65535",
        assertThrows(UsageException.class, () -> of(member)).getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"node:5702-5701", "node:5701-5801"})
  void aRangeThatIsEmptyOrTooLongIsRefused(String member) {
    assertEquals(
        "--cluster-members: `" + member + "` is not a range of 1..100 ports, lowest first",
        assertThrows(UsageException.class, () -> of(member)).getMessage());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 101})
  void aSizeOutOfRangeIsRefused(int size) {
    assertEquals(
        "--cluster-size " + size + " is not in 1..100",
        assertThrows(UsageException.class, () -> ClusterOptions.local(size)).getMessage());
  }

  private static void checkAddress(String address) {
    new ClusterOptions(List.of(), "voltbus.example", 3, address)
        .checkAddress(List.of("127.0.0.1", "192.0.2.11", "198.51.100.7"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "192.0.2.11", "192.0.2.*", "198.51.*.*"})
  void anAddressOfThisMachineIsTaken(String address) {
    assertDoesNotThrow(() -> checkAddress(address));
  }

  // Hazelcast would take any other one, perhaps that of the network of the devices.
  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.1", "192.0.3.*", "92.0.2.11", "192.0.2.111"})
  void anAddressOfAnotherMachineIsRefused(String address) {
    assertEquals(
        "--cluster-address: this machine has no address "
            + address
            + ", but 127.0.0.1, 192.0.2.11, 198.51.100.7",
        assertThrows(UsageException.class, () -> checkAddress(address)).getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2", "node-1", "192.0.2.*.*", "192.0.2.1*", "::1"})
  void anAddressOfAnotherFormIsRefused(String address) {
    assertEquals(
        "--cluster-address: `" + address + "` is not of the form 192.0.2.11 or 192.0.2.*",
        assertThrows(UsageException.class, () -> checkAddress(address)).getMessage());
  }

  @Test
  void thisMachineHasLoopback() {
    assertTrue(ClusterOptions.ownAddresses().contains("127.0.0.1"));
  }
}
