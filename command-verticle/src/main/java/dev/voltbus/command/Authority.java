package dev.voltbus.command;

/// On whose behalf something is asked. What a person has paused, no automatic event resumes.
enum Authority {
  PERSON,
  /// A reaction of the gateway itself, such as that of the safety evaluation.
  AUTOMATIC
}
