package dev.falflow.warehouse.postgres;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.falflow.Json;
import dev.falflow.dbt.HeldModel;
import dev.falflow.dbt.ResolvedInput;
import dev.falflow.warehouse.DataFolder;
import dev.falflow.warehouse.ModelData;
import dev.falflow.warehouse.postgres.TypeCatalog.Column;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;

/**
 * One model on PostgreSQL. Its inputs are read in one snapshot, each on a connection of its own.
 */
final class PostgresModelData implements ModelData {
  private final HeldModel model;
  private final PostgresConnections connections;
  private final TypeCatalog types;
  private final DataFolder folder;
  private final BufferAllocator allocator;
  private final Snapshot snapshot;
  private final Semaphore readers;

  PostgresModelData(
      HeldModel model,
      PostgresConnections connections,
      TypeCatalog types,
      DataFolder folder,
      BufferAllocator allocator,
      Semaphore readers) {
    this.model = model;
    this.connections = connections;
    this.types = types;
    this.folder = folder;
    this.allocator = allocator;
    this.readers = readers;
    this.snapshot = new Snapshot(connections, model.inputs().size());
  }

  @Override
  public JsonNode columns() {
    return attempt(
        connection -> {
          Relation relation = Relation.of(model);
          if (!relation.exists(connection)) {
            return Json.MAPPER.nullNode();
          }
          ArrayNode columns = Json.MAPPER.createArrayNode();
          try (MapDictionaryProvider dictionaries = new MapDictionaryProvider()) {
            for (Column column : describe(connection, "select * from " + relation)) {
              columns
                  .addObject()
                  .put("name", column.name())
                  .put("type", ArrowText.of(PostgresArrow.field(column, dictionaries, allocator)))
                  .put("database_type", column.type().sql());
            }
          }
          return columns;
        });
  }

  private List<Column> describe(Connection connection, String query) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      return types.columns(connection, statement.getMetaData());
    }
  }

  @Override
  public List<Path> read(ResolvedInput input) {
    Connection connection = null;
    readers.acquireUninterruptibly();
    try {
      connection = connections.take();
      snapshot.join(connection);
      List<Column> columns = describe(connection, input.query());
      return List.of(new CopyReader(connection, folder, allocator).read(input.query(), columns));
    } catch (SQLException e) {
      throw PostgresErrors.of(e, connections);
    } finally {
      readers.release();
      snapshot.left();
      if (connection != null) {
        connections.giveBack(connection);
      }
    }
  }

  @Override
  public long publish(List<Path> files, String mode) {
    return attempt(
        connection -> {
          long rows =
              new Publication(connection, types, Relation.of(model), model.details(), allocator)
                  .publish(files, mode);
          connection.commit();
          return rows;
        });
  }

  private interface Work<T> {
    T with(Connection connection) throws SQLException;
  }

  private <T> T attempt(Work<T> work) {
    Connection connection = null;
    try {
      connection = connections.take();
      return work.with(connection);
    } catch (SQLException e) {
      throw PostgresErrors.of(e, connections);
    } finally {
      if (connection != null) {
        connections.giveBack(connection);
      }
    }
  }

  @Override
  public void close() {
    snapshot.close();
  }
}
