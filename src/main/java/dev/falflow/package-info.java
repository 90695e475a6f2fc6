/**
 * The few words every room shares: a {@link dev.falflow.Problem} with its place in the user's
 * files, the {@link dev.falflow.FalException} that carries all problems of one step, the names
 * nearest to a misspelt one, and the one JSON mapper. Rooms import from here; nothing here imports
 * a room.
 */
@NullMarked
package dev.falflow;

import org.jspecify.annotations.NullMarked;
