package dev.voltbus.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SnapshotLayoutTest {
  // FNV-1a over the map in LayoutReply.hex, computed by another program too.
  private static final String GOLDEN = "2ab0acbb6e0df460";
  private static final long ID = SnapshotLayout.of(Samples.battery()).id();

  /// How a register is written concerns the owner of its link alone, who has it from the site file.
  private static final Set<String> NOT_IN_THE_ID =
      Set.of("RegisterMap.writing", "RegisterMap.keepAlive");

  // "power_max_sf" is a scale register that no value of the samples has.
  private static final Map<Class<?>, Object> PRESENT =
      Map.of(
          Long.class,
          5L,
          Integer.class,
          5,
          BigDecimal.class,
          new BigDecimal("7.5"),
          String.class,
          "power_max_sf",
          Duration.class,
          Duration.ofSeconds(9));

  private final Set<String> changed = new TreeSet<>();
  private final Set<String> all = new TreeSet<>();

  /// Two nodes, and one node after a restart, must agree without having talked to each other.
  @Test
  void theIdOfAMapNeverChanges() {
    assertEquals(GOLDEN, Long.toHexString(ID));
    assertEquals(ID, SnapshotLayout.of(Samples.battery()).id());
  }

  /// A field that the id forgot would let a receiver read values under the wrong map. New fields of
  /// the map are found by reflection and must be hashed too.
  @Test
  void changingAnyFieldOfTheMapChangesTheId() {
    for (RegisterMap original : List.of(Samples.battery(), Samples.inverter())) {
      long id = SnapshotLayout.of(original).id();
      for (Object map : variants(original)) {
        assertNotEquals(id, SnapshotLayout.of((RegisterMap) map).id(), () -> "same id: " + map);
      }
    }
    all.removeAll(NOT_IN_THE_ID);
    assertEquals(all, changed, "fields without a valid variant");
  }

  /// All copies of a value with one thing changed.
  private List<Object> variants(Object value) {
    return switch (value) {
      case Record it -> recordVariants(it);
      case List<?> it -> listVariants(it);
      case Map<?, ?> it -> mapVariants(it);
      case String it -> List.of(it + "x", "slow", "fast", "power_max_sf");
      case Integer it -> List.of(it + 1, it - 1);
      case Long it -> List.of(it + 1, it - 1);
      case Boolean it -> List.of(!it);
      case BigDecimal it -> List.of(it.add(new BigDecimal("0.001")));
      case Duration it -> List.of(it.plusMillis(1), it.minusMillis(1));
      case Enum<?> it -> otherConstants(it);
      default -> throw new AssertionError("no variant of " + value.getClass());
    };
  }

  private static List<Object> otherConstants(Enum<?> constant) {
    return Stream.of(constant.getDeclaringClass().getEnumConstants())
        .filter(other -> other != constant)
        .map(Object.class::cast)
        .toList();
  }

  private List<Object> listVariants(List<?> list) {
    List<Object> variants = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      for (Object item : variants(list.get(i))) {
        List<Object> copy = new ArrayList<>(list);
        copy.set(i, item);
        variants.add(copy);
      }
      List<Object> shorter = new ArrayList<>(list);
      shorter.remove(i);
      variants.add(shorter);
    }
    return variants;
  }

  private static List<Object> mapVariants(Map<?, ?> map) {
    List<Object> variants = new ArrayList<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      Map<Object, Object> otherKey = new HashMap<>(map);
      otherKey.remove(entry.getKey());
      otherKey.put(9L, entry.getValue());
      Map<Object, Object> otherValue = new HashMap<>(map);
      otherValue.put(entry.getKey(), entry.getValue() instanceof String ? "x" : (Object) 99L);
      variants.addAll(List.of(otherKey, otherValue));
    }
    return variants;
  }

  private List<Object> recordVariants(Record original) {
    RecordComponent[] components = original.getClass().getRecordComponents();
    Object[] values = Stream.of(components).map(part -> get(part, original)).toArray();
    List<Object> variants = new ArrayList<>();
    for (int i = 0; i < components.length; i++) {
      String name = original.getClass().getSimpleName() + "." + components[i].getName();
      all.add(name);
      List<Object> valid = new ArrayList<>();
      for (Object changedPart : partVariants(components[i], values[i])) {
        Object[] copy = values.clone();
        copy[i] = changedPart;
        addIfValid(original.getClass(), components, copy, valid);
      }
      valid.removeIf(original::equals);
      if (!valid.isEmpty()) {
        changed.add(name);
      }
      variants.addAll(valid);
    }
    return variants;
  }

  /// An absent number is changed into a present one and back.
  private List<Object> partVariants(RecordComponent part, Object value) {
    if (value == null) {
      return List.of(PRESENT.get(part.getType()));
    }
    List<Object> variants = new ArrayList<>(variants(value));
    if (part.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
      variants.add(null);
    }
    return variants;
  }

  private static Object get(RecordComponent part, Record from) {
    try {
      return part.getAccessor().invoke(from);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  /// Many variants break a rule of their record; those are left out.
  private static void addIfValid(
      Class<?> type, RecordComponent[] components, Object[] values, List<Object> into) {
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      into.add(type.getDeclaredConstructor(types).newInstance(values));
    } catch (InvocationTargetException e) {
      if (!(e.getCause() instanceof IllegalArgumentException)) {
        throw new AssertionError(e.getCause());
      }
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  @Test
  void wordsStandOneBehindTheOtherAndDerivedValuesHaveNone() {
    SnapshotLayout layout = SnapshotLayout.of(Samples.battery());
    assertEquals(List.of(0, 1, 3, 4, 5, 7, 8, 8), each(layout, layout::wordsAt));
    assertEquals(8, layout.totalWords());
    assertEquals(-1, layout.indexOf("nothing"));
    assertEquals(7, layout.indexOf("state"));
  }

  @Test
  void aDerivedValueDependsOnTheGroupsOfAllItsSources() {
    SnapshotLayout layout = SnapshotLayout.of(Samples.battery());
    assertEquals(List.of(0, 0, 1, 1, 1, 0, 0, 0), each(layout, layout::groupOf));
    assertEquals(List.of(0, 1), Arrays.stream(layout.groupsOf(6)).boxed().toList());
  }

  private static List<Integer> each(
      SnapshotLayout layout, java.util.function.IntUnaryOperator question) {
    List<Integer> answers = new ArrayList<>();
    for (int i = 0; i < layout.size(); i++) {
      answers.add(question.applyAsInt(i));
    }
    return answers;
  }

  /// A value under another scale factor would be off by a power of ten.
  @Test
  void aValueKnowsTheRegisterOfItsScaleFactor() {
    SnapshotLayout layout = SnapshotLayout.of(Samples.inverter());
    assertEquals(List.of(1, -1, -1, -1, -1, -1), each(layout, layout::scaleOf));
    assertEquals(true, layout.hasScaleRegisters());
    assertEquals(false, SnapshotLayout.of(Samples.battery()).hasScaleRegisters());
  }

  @Test
  void everyMapHasItsOwnId() {
    Set<Long> ids = new HashSet<>();
    List<Object> variants = new ArrayList<>(variants(Samples.battery()));
    variants.addAll(variants(Samples.inverter()));
    variants.forEach(map -> ids.add(SnapshotLayout.of((RegisterMap) map).id()));
    assertEquals(new HashSet<>(variants).size(), ids.size());
  }
}
