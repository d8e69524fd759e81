package dev.voltbus.mqtt;

import dev.voltbus.contract.Quality;
import dev.voltbus.contract.ReceivedSnapshot;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// What stands as value at a path of a Venus OS service.
sealed interface VenusContent {
  byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

  /// Writes the value; `null` stands for one that is not known.
  ///
  /// @param isAsked whether somebody waits for an answer; a value that is only late is `null` then,
  ///   since it would be taken for a live one
  /// @return false if what was told last still holds: the value is late
  boolean write(JsonText out, ReceivedSnapshot received, Moment now, boolean isAsked);

  /// Always the same.
  record Fixed(String json) implements VenusContent {
    @Override
    public boolean write(JsonText out, ReceivedSnapshot received, Moment now, boolean isAsked) {
      out.bare(json);
      return true;
    }
  }

  /// 1 while the device is heard.
  record Connected() implements VenusContent {
    @Override
    public boolean write(JsonText out, ReceivedSnapshot received, Moment now, boolean isAsked) {
      out.integer(received.isAvailable(now.nanos()) ? 1 : 0);
      return true;
    }
  }

  /// A text of the device.
  record Text(int index) implements VenusContent {
    @Override
    public boolean write(JsonText out, ReceivedSnapshot received, Moment now, boolean isAsked) {
      Quality quality = received.quality(index, now.nanos());
      @Nullable String text =
          quality == Quality.GOOD ? received.snapshot().text(received.layout(), index) : null;
      if (text == null) {
        out.raw(NULL);
      } else {
        out.string(text);
      }
      return isAsked || quality != Quality.STALE;
    }
  }

  /// A number of the device, or the product of two.
  ///
  /// @param times index of the second, -1 if there is none
  /// @param decimals most decimals, -1 for all there are
  record Measured(int index, int times, UnitConversion conversion, int decimals)
      implements VenusContent {
    @Override
    public boolean write(JsonText out, ReceivedSnapshot received, Moment now, boolean isAsked) {
      Quality quality = quality(received, now);
      if (quality == Quality.GOOD) {
        number(out, conversion.apply(product(received)));
      } else {
        out.raw(NULL);
      }
      return isAsked || quality != Quality.STALE;
    }

    private Quality quality(ReceivedSnapshot received, Moment now) {
      Quality own = received.quality(index, now.nanos());
      return times < 0 || own == Quality.BAD || own == Quality.UNKNOWN
          ? own
          : worse(own, received.quality(times, now.nanos()));
    }

    private static Quality worse(Quality one, Quality other) {
      return one == Quality.GOOD ? other : other == Quality.GOOD ? one : other;
    }

    private double product(ReceivedSnapshot received) {
      double value = received.snapshot().value(index);
      return times < 0 ? value : value * received.snapshot().value(times);
    }

    private void number(JsonText out, double number) {
      if (decimals < 0) {
        out.number(number);
      } else {
        out.atMost(number, decimals);
      }
    }
  }
}
