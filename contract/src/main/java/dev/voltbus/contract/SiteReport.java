package dev.voltbus.contract;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A message about a whole site that a topic can show part by part.
public sealed interface SiteReport permits SafetyState, AnomalyScore, DispatchProposal {

  /// Fencing token of the owner that sent it; one with a lower token than heard before is dropped.
  long token();

  /// The moment it speaks of, Unix milliseconds.
  long at();

  /// Whether it is still true.
  ///
  /// @param millisSinceArrival the receiver's own monotonic time since it arrived
  boolean isLive(long millisSinceArrival);

  /// One part of it: a `Boolean`, `Long`, `Double`, `String` or list of texts; null while it has no
  /// such thing to say.
  ///
  /// @param name one of the kind's parts
  @Nullable Object part(String name);

  /// The kinds there are, as a contract file names them.
  enum Kind {
    SAFETY(SafetyState.PARTS),
    ANOMALY(AnomalyScore.PARTS),
    DISPATCH(DispatchProposal.PARTS);

    private final List<String> parts;

    Kind(List<String> parts) {
      this.parts = parts;
    }

    /// Names of what a message of this kind consists of.
    public List<String> parts() {
      return parts;
    }
  }
}
