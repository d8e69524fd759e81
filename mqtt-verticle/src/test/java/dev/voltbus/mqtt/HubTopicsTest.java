package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HubTopicsTest {
  private static final String BAG = "&$.ct=application%2Fjson&$.ce=utf-8";

  private final HubTopics topics = new HubTopics("gateway-1", "home/pack", "Süd & Nord");

  @ParameterizedTest
  @CsvSource({
    "home/pack/info, info",
    "home/pack/command/result, command%2Fresult",
    "home/pack/a&b=c, a%26b%3Dc",
    "home/packet/info, home%2Fpacket%2Finfo",
    "N/other/serial, N%2Fother%2Fserial",
  })
  void allGoesToOneTopicAndTheBagTellsWhatItIs(String topic, String source) {
    assertEquals(
        "devices/gateway-1/messages/events/source=" + source + "&site=S%C3%BCd%20%26%20Nord" + BAG,
        topics.events(topic));
  }

  @Test
  void withoutPrefixTheSourceIsTheWholeTopic() {
    assertEquals(
        "devices/d/messages/events/source=a%2Fb&site=s" + BAG,
        new HubTopics("d", "", "s").events("a/b"));
  }

  @Test
  void nothingIsRetained() {
    Topic sent = topics.events(new Topic("home/pack/info", 1, true, false));
    assertEquals(new Topic(topics.events("home/pack/info"), 1, false, false), sent);
  }

  @ParameterizedTest
  @CsvSource({
    "%24.to=%2Fdevices%2Fd%2Fmessages%2Fdevicebound&command=SET_LIMITS, SET_LIMITS",
    "command=PAUSE&command=STOP, PAUSE",
    "c%6Fmmand=A%20B%2BC+D, A B+C+D",
    "x=%zz&command=%zz, %zz",
  })
  void aPropertyIsFoundInTheBag(String bag, String value) {
    assertEquals(
        Optional.of(value), HubTopics.property("devices/d/messages/devicebound/" + bag, "command"));
  }

  @ParameterizedTest
  @CsvSource({
    "devices/d/messages/devicebound/",
    "devices/d/messages/devicebound/command",
    "devices/d/messages/devicebound/mycommand=STOP",
    "BE/command=STOP",
  })
  void aMissingPropertyIsNone(String topic) {
    assertEquals(Optional.empty(), HubTopics.property(topic, "command"));
  }
}
