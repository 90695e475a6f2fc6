package dev.falflow.flow;

import dev.falflow.FalException;
import dev.falflow.Location;
import dev.falflow.Problem;
import dev.falflow.dbt.ModelInput;
import dev.falflow.dbt.ResolvedInput;
import dev.falflow.source.DocstringFix;
import dev.falflow.source.PythonSource;
import java.util.function.Consumer;

/**
 * What happens when a Python model asks for an input that the graph doesn't know, which dbt may not
 * have built yet: the model stops before reading, unless the user wants it otherwise.
 */
final class UndeclaredInputs {
  private static final String CODE = "undeclared-ref";

  private final boolean isFixed;
  private final boolean isAllowed;
  private final DocstringFix fix;
  private final Consumer<Problem> onWarning;

  /**
   * @param isFixed {@code --fix-dependencies}: the docstring gets a line for it
   * @param isAllowed {@code --allow-undeclared}: it is read, with a warning
   */
  UndeclaredInputs(
      boolean isFixed, boolean isAllowed, DocstringFix fix, Consumer<Problem> onWarning) {
    this.isFixed = isFixed;
    this.isAllowed = isAllowed;
    this.fix = fix;
    this.onWarning = onWarning;
  }

  /**
   * Returns when the model may read it.
   *
   * @param where the call
   * @throws FalException {@code undeclared-ref}
   */
  void check(PythonSource source, Location where, ResolvedInput input) {
    if (input.declared()) {
      return;
    }
    ModelInput call = input.input();
    String message =
        call + " was not found when the file was analysed, so dbt may not have built it yet.";
    String hint = isFixed ? fixed(source, call) : toAdd(source, call);
    if (isAllowed && !input.query().isEmpty()) {
      onWarning.accept(Problem.at(where, CODE, message + " It was read as it is.").withHint(hint));
      return;
    }
    if (isAllowed) {
      hint += " It is an ephemeral model, which cannot be read without.";
    }
    throw new FalException(Problem.of(CODE, message).withHint(hint));
  }

  private static String toAdd(PythonSource source, ModelInput call) {
    return "Add this line to the docstring at the top of " + source.file() + ": - " + call;
  }

  private String fixed(PythonSource source, ModelInput call) {
    try {
      Location line = fix.add(source, call.toString());
      return "It is in the docstring now, at " + line + ". Run again.";
    } catch (FalException e) {
      return toAdd(source, call) + " (" + e.words() + ")";
    }
  }
}
