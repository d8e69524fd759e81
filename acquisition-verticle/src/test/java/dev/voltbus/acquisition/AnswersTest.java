package dev.voltbus.acquisition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.RegisterTable;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Pains A10: a value and its scale factor must be of one moment.
class AnswersTest {
  private final Answers answers = new Answers();

  private void read(int address, int bracket, int word) {
    Item item = Item.of(new Place(RegisterTable.HOLDING, address, 1), "r" + address);
    RegisterBlock block =
        RegisterBlock.read(RegisterTable.HOLDING, address, new short[] {(short) word}, 1);
    answers.add(ReadPlan.Request.of(List.of(item), "", bracket), new TimedBlock(block, 0), 1);
  }

  private List<QualityReason> reasons() {
    return answers.blocks().stream().map(timed -> timed.block().reason()).toList();
  }

  @Test
  void valuesBetweenTwoEqualScaleFactorsAreGood() {
    read(40, 1, -2);
    read(10, 1, 5200);
    read(11, 1, 5300);
    read(40, 1, -2);

    assertEquals(List.of(QualityReason.NONE, QualityReason.NONE, QualityReason.NONE), reasons());
    assertEquals(
        List.of(10, 11, 40),
        answers.blocks().stream().map(timed -> timed.block().address()).toList());
  }

  @Test
  void valuesAreHeldBackWhenTheScaleFactorChangedMeanwhile() {
    read(40, 1, -2);
    read(10, 1, 5200);
    read(40, 1, -1);

    assertEquals(List.of(QualityReason.SOURCE_NOT_GOOD, QualityReason.NONE), reasons());
  }

  @Test
  void valuesAreHeldBackWhenTheScaleFactorWasNotReadAgain() {
    read(40, 1, -2);
    read(10, 1, 5200);

    assertEquals(List.of(QualityReason.SOURCE_NOT_GOOD, QualityReason.NONE), reasons());
  }
}
