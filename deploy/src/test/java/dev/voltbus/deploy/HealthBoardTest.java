package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class HealthBoardTest {
  private final HealthBoard board = new HealthBoard();

  @Test
  void namesThePartThatIsDownAndWhy() {
    board.up("link bms");
    board.down("device bms-1", "no answer in 1000 ms");
    assertFalse(board.isWhole());
    assertEquals(
        "{\"phase\":\"starting\",\"status\":\"degraded\",\"parts\":["
            + "{\"part\":\"device bms-1\",\"status\":\"down\",\"reason\":\"no answer in 1000 ms\"},"
            + "{\"part\":\"link bms\",\"status\":\"up\"}]}",
        board.describe().encode());
  }

  @Test
  void aPartThatIsUpAgainOrGoneNoLongerCounts() {
    board.down("device bms-1", "silent");
    board.down("device byd-1", "silent");
    board.up("device bms-1");
    assertFalse(board.isWhole());
    board.gone("device byd-1");
    assertTrue(board.isWhole());
  }

  // An empty reason is the board's own mark for "fine".
  @Test
  void downWithoutAReasonIsStillDown() {
    board.down("console", "");
    assertFalse(board.isWhole());
  }

  // A signal may come while the last role still starts.
  @Test
  void aProcessThatStopsDoesNotRunAgain() {
    board.enter(HealthBoard.Phase.STOPPING);
    board.enter(HealthBoard.Phase.RUNNING);
    assertEquals(HealthBoard.Phase.STOPPING, board.phase());
  }
}
