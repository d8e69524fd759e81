package dev.voltbus.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.voltbus.command.BatteryControl.Bounds;
import dev.voltbus.command.BatteryControl.Mode;
import dev.voltbus.command.SavedControl.Battery;
import dev.voltbus.command.SavedControl.Command;
import dev.voltbus.command.SavedControl.Limit;
import dev.voltbus.contract.TestingTimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What was in force before a process ended is in force after it, for as long as it was meant to
/// be.
class SavedControlTest {
  private static final long SECOND = 1_000_000_000;
  private static final long WALL = 1_800_000_000_000L;
  private static final Duration STOP = Duration.ofSeconds(30);
  private static final Bounds BOUNDS =
      new Bounds(new Amperes(100, 120), new Amperes(150, 160), Amperes.NONE);
  private static final Command SET = new Command(WALL, "c-0", "BE", "");
  private static final SavedControl SAVED =
      new SavedControl(
          7,
          3,
          Map.of(
              "bms-1",
              new Battery(Mode.RUNNING, Set.of(), new Limit(50.5, null, SET, WALL + 600_000)),
              "bms-2",
              new Battery(Mode.PAUSED, Set.of(Authority.PERSON, Authority.AUTOMATIC), null),
              "bms-3",
              new Battery(Mode.STOPPED, Set.of(), null)));

  private final TestingTimeSource time = TestingTimeSource.atNewYear();
  @TempDir private Path folder;

  private ControlFile file() {
    return new ControlFile(folder.resolve("control/demo"), time);
  }

  @Test
  void whatIsWrittenIsReadAgain() throws IOException {
    assertEquals(Optional.empty(), file().read());
    file().write(SAVED);
    assertEquals(Optional.of(SAVED), file().read());
  }

  // Who sets the clock must not end a limit early, nor make it longer.
  @Test
  void ofAStateThisProcessKnowsTheEndsStayWhenTheClockIsSet() throws IOException {
    ControlFile file = file();
    file.write(SAVED);
    time.advance(Duration.ofSeconds(10));
    assertEquals(SAVED, file.newest());
    time.setBack(Duration.ofSeconds(-5));
    assertEquals(SAVED.movedBy(5_000), file.newest());
    assertEquals(Optional.of(SAVED.movedBy(5_000)), file.read());
    assertEquals(WALL + 605_000, SAVED.movedBy(5_000).batteries().get("bms-1").limit().endMillis());
    assertEquals(Optional.of(SAVED), file().read()); // another process cannot know
  }

  // Half a state would be taken for "nothing runs".
  @Test
  void aFileThatWasCutOrChangedIsNotTaken() throws IOException {
    file().write(SAVED);
    Path path = folder.resolve("control/demo");
    byte[] whole = Files.readAllBytes(path);
    for (int i = 0; i < whole.length; i++) {
      Files.write(path, Arrays.copyOf(whole, i));
      assertThrows(IOException.class, () -> file().read(), "cut at " + i);
      byte[] changed = whole.clone();
      changed[i] ^= 1;
      Files.write(path, changed);
      assertThrows(IOException.class, () -> file().read(), "changed at " + i);
    }
  }

  @Test
  void theNewestCopyWinsByTokenThenRevision() {
    SavedControl older = new SavedControl(6, 99, Map.of());
    SavedControl earlier = new SavedControl(7, 2, Map.of());
    assertEquals(Optional.of(SAVED), SavedControl.newest(List.of(older, SAVED, earlier)));
    assertEquals(Optional.empty(), SavedControl.newest(List.of()));
    assertEquals(Optional.of(SAVED), SavedControl.newest(List.of(older, SAVED, SAVED.movedBy(1))));
  }

  private static Amperes effective(String battery, long afterMillis) {
    return SavedControl.restore(
            SAVED.batteries().get(battery), BOUNDS, 5 * SECOND, WALL + afterMillis, STOP)
        .effective(5 * SECOND);
  }

  @Test
  void aLimitGoesOnForTheTimeThatIsLeft() {
    BatteryControl restored =
        SavedControl.restore(
            SAVED.batteries().get("bms-1"), BOUNDS, 5 * SECOND, WALL + 400_000, STOP);
    long end = 5 * SECOND + 200 * SECOND;
    assertEquals(new TimedLimit(50.5, null, end), restored.limit());
    assertEquals(new Amperes(50.5, 120), restored.effective(end - 1));
    assertEquals(new Amperes(100, 120), restored.effective(end));
  }

  @Test
  void aLimitWhoseEndIsPastIsReplacedByTheBase() {
    assertEquals(new Amperes(50.5, 120), effective("bms-1", 599_999));
    assertEquals(new Amperes(100, 120), effective("bms-1", 600_000));
  }

  // A board without a clock of its own wakes in 1970: nobody knows how much is left.
  @Test
  void aLimitFromTheFutureIsReplacedByTheBase() {
    assertEquals(new Amperes(100, 120), effective("bms-1", -1));
  }

  @Test
  void pausedAndStoppedStaySo() {
    assertEquals(Amperes.NONE, effective("bms-2", 0));
    assertEquals(Amperes.NONE, effective("bms-3", 0));
  }

  @Test
  void controlAndWhatIsSavedOfItAreTheSame() {
    BatteryControl control =
        BatteryControl.running(BOUNDS)
            .after(new ControlEvent.SetLimits(new TimedLimit(50.0, 60.0, 15 * SECOND)), 5 * SECOND)
            .next();
    Command set = new Command(WALL - 1_000, "c-1", "BE", "ems-1");
    Battery saved = SavedControl.of(control, 6 * SECOND, WALL, set);
    assertEquals(
        new Battery(Mode.RUNNING, Set.of(), new Limit(50.0, 60.0, set, WALL + 9_000)), saved);
  }
}
