package dev.voltbus.command;

import dev.voltbus.command.Refusal.Code;

/// A command that is refused.
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Refusal refusal;

  RefusedException(Code code, String text) {
    super(text, null, false, false); // an expected outcome needs no stack trace
    this.refusal = new Refusal(code, text);
  }

  Refusal refusal() {
    return refusal;
  }
}
