package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VenusKeepaliveTest {

  // Whatever a client sends, it is kept alive: only what is understood changes the answer.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "''                                                                     | false | -   | -",
        "'  '                                                                   | false | -   | -",
        "{}                                                                     | false | -   | -",
        "{\"keepalive-options\":[]}                                             | false | -   | -",
        "{\"keepalive-options\":[\"suppress-republish\"]}                       | true  | -   | -",
        "{\"keepalive-options\":[{\"full-publish-completed-echo\":\"a1\"}]}     | false | a1  | -",
        "{\"keepalive-options\":[{\"full-publish-completed-echo\":\"b\"},\"suppress-republish\"]}"
            + " | true | b | -",
        "{\"keepalive-options\":[{\"full-publish-completed-echo\":7},\"later\"]} | false | -  | -",
        "[\"battery/+/Soc\"]                                                    | false | -   | -",
        "{\"keepalive-options\":\"suppress-republish\"} | false | - | keepalive-options is no list",
        "null  | false | - | neither a JSON object nor a list of topics",
        "1     | false | - | neither a JSON object nor a list of topics",
        "{\"keepalive-options\":[                                               | false | - | no"
            + " JSON",
      })
  void thePayloadIsReadAsFarAsItGoes(
      String payload, boolean isSuppressed, String echo, String fault) {
    assertEquals(
        new VenusKeepalive(isSuppressed, echo, fault), VenusKeepalive.of(Buffer.buffer(payload)));
  }

  @ParameterizedTest
  @CsvSource({"1024, no JSON", "1025, 1025 bytes are more than 1024"})
  void aLargePayloadIsNotLookedAt(int bytes, String fault) {
    assertEquals(fault, VenusKeepalive.of(Buffer.buffer("[".repeat(bytes))).fault());
  }
}
