package dev.falflow.warehouse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.FalException;
import dev.falflow.dbt.ResolvedInput;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Moves one model's data: inputs out, its result in. Calls come from several threads at once. */
public interface ModelData extends AutoCloseable {
  /** Metadata of the schema of files that come one after the other, not batch by batch in turn. */
  Map<String, String> ONE_AFTER_THE_OTHER = Map.of("fal:files", "one after the other");

  /**
   * The columns of the model's table as it is now, in order: objects with {@code name}, {@code
   * type} as Arrow prints it, and {@code database_type}; null where there is no table.
   *
   * @throws FalException with the database's own words
   */
  JsonNode columns();

  /**
   * Reads an input into Arrow IPC files of its own, batch by batch in turn or {@link
   * #ONE_AFTER_THE_OTHER}; field metadata {@code fal:database_type} names each column's type in the
   * database.
   *
   * @throws FalException with the database's own words
   */
  List<Path> read(ResolvedInput input);

  /**
   * Runs SQL of the user's, by itself and for good.
   *
   * @return files of its rows as {@link #read} makes them; none where it has no columns
   * @throws FalException with the database's own words
   */
  List<Path> execute(String sql);

  /**
   * Begins to read an input part by part, on a connection of its own until it is closed.
   *
   * @param rows of a part; a row group more or less
   * @throws FalException with the database's own words
   */
  Parts parts(ResolvedInput input, int rows);

  /**
   * Begins to write the model's relation, whole or not at all, on a connection of its own until it
   * is closed.
   *
   * @param mode {@code overwrite} or {@code append}
   * @throws FalException with the database's own words
   */
  Load load(String mode);

  @Override
  void close();

  /** An input on its way out; one call at a time. */
  interface Parts extends AutoCloseable {
    /**
     * Files as {@link ModelData#read} makes them, of the next part; none at the end, but the first
     * call gives some, for the columns. The database goes no further than what was asked for.
     *
     * @throws FalException with the database's own words
     */
    List<Path> next();

    @Override
    void close();
  }

  /**
   * A relation that was published.
   *
   * @param rows that were added
   * @param columns as {@link ModelData#columns} has them
   */
  record Published(long rows, JsonNode columns) {}

  /**
   * A relation on its way in; one call at a time. Readers see the old one until it is published.
   */
  interface Load extends AutoCloseable {
    /**
     * Loads the files' rows; every call's files have the columns and types of the first's.
     *
     * @throws FalException with the database's own words
     */
    void add(List<Path> files);

    /**
     * Makes what was added the content of the relation, or of its end.
     *
     * @throws FalException with the database's own words; the relation is as it was
     */
    Published publish();

    /** What was not published is gone. */
    @Override
    void close();
  }
}
