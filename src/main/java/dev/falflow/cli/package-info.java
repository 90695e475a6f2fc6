/**
 * The command line: arguments come in, a request goes to {@link dev.falflow.flow}, and results
 * leave as words on the terminal and an exit code. It holds no logic of its own; {@link
 * dev.falflow.cli.Main} is its entry and the only class that exits the JVM.
 */
@NullMarked
package dev.falflow.cli;

import org.jspecify.annotations.NullMarked;
