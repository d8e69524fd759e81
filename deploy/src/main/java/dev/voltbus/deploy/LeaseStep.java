package dev.voltbus.deploy;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.DataSerializableFactory;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A look at the leases or a change of some, carried out as one step where the table of leases is,
/// and once more at each of its backups. Answers with the table behind it.
final class LeaseStep
    implements EntryProcessor<String, String, String>, IdentifiedDataSerializable {
  static final int FACTORY = 7_001;
  static final DataSerializableFactory NEW = type -> new LeaseStep();

  private static final long serialVersionUID = 1L;

  private Kind kind = Kind.LOOK;
  private String owner = "";
  private long token;

  private enum Kind {
    LOOK,
    RENEW,
    TAKE,
    RELEASE
  }

  /// Names of the shards that are meant, a line each.
  private String shards = "";

  /// What must be there for the step to be taken.
  private String expected = "";

  /// For Hazelcast, which fills it.
  private LeaseStep() {}

  /// Looks at what everybody holds.
  static LeaseStep look() {
    return new LeaseStep();
  }

  /// The same, and renews those of some shards that the owner holds.
  static LeaseStep renew(Collection<String> shards, String owner) {
    return of(Kind.RENEW, String.join("\n", shards), owner);
  }

  private static LeaseStep of(Kind kind, String shards, String owner) {
    LeaseStep step = new LeaseStep();
    step.kind = kind;
    step.shards = shards;
    step.owner = owner;
    return step;
  }

  /// Takes a shard over if its record is still what was seen.
  ///
  /// @param floor the new token is not lower
  static LeaseStep take(String shard, LeaseRecord seen, String owner, long floor) {
    LeaseStep step = of(Kind.TAKE, shard, owner);
    step.expected = seen.text();
    step.token = floor;
    return step;
  }

  /// Ends a holding if it is still there.
  static LeaseStep release(String shard, String owner, long token) {
    LeaseStep step = of(Kind.RELEASE, shard, owner);
    step.token = token;
    return step;
  }

  @Override
  public String process(Map.Entry<String, String> entry) {
    LeaseTable table = LeaseTable.of(entry.getValue());
    boolean isChanged = false;
    for (String shard : shards.lines().toList()) {
      LeaseRecord before = table.get(shard);
      LeaseRecord after = after(before);
      if (!after.equals(before)) {
        table.put(shard, after);
        isChanged = true;
      }
    }
    if (isChanged) {
      entry.setValue(table.text());
    }
    return table.text();
  }

  /// Backups need not look.
  @Override
  public @Nullable EntryProcessor<String, String, String> getBackupProcessor() {
    return kind == Kind.LOOK ? null : this;
  }

  private LeaseRecord after(LeaseRecord before) {
    return switch (kind) {
      case LOOK -> before;
      case RENEW -> before.owner().equals(owner) ? before.renewed() : before;
      case TAKE -> before.text().equals(expected) ? before.takenBy(owner, token) : before;
      case RELEASE -> before.isHeldBy(owner, token) ? before.released() : before;
    };
  }

  @Override
  public int getFactoryId() {
    return FACTORY;
  }

  @Override
  public int getClassId() {
    return 1;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    out.writeByte(kind.ordinal());
    out.writeString(shards);
    out.writeString(owner);
    out.writeLong(token);
    out.writeString(expected);
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    kind = Kind.values()[in.readByte()];
    shards = text(in.readString());
    owner = text(in.readString());
    token = in.readLong();
    expected = text(in.readString());
  }

  private static String text(@Nullable String read) {
    return Objects.requireNonNull(read, "a lease step without a text");
  }
}
