package dev.falflow.warehouse.jdbc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.falflow.Json;
import dev.falflow.dbt.HeldModel;
import dev.falflow.dbt.ResolvedInput;
import dev.falflow.warehouse.DataFolder;
import dev.falflow.warehouse.ModelData;
import dev.falflow.warehouse.jdbc.JdbcConnections.Session;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;

/** One model on a JDBC database. Each input is read by a statement of its own, as it is then. */
final class JdbcModelData implements ModelData {
  private final Relation relation;
  private final Dialect dialect;
  private final JdbcConnections connections;
  private final DataFolder folder;
  private final BufferAllocator allocator;

  JdbcModelData(
      HeldModel model,
      Dialect dialect,
      JdbcConnections connections,
      DataFolder folder,
      BufferAllocator allocator) {
    this.relation = Relation.of(model);
    this.dialect = dialect;
    this.connections = connections;
    this.folder = folder;
    this.allocator = allocator;
  }

  @Override
  public JsonNode columns() {
    return attempt(
        session -> {
          if (relation.kind(session.connection(), dialect) == Relation.Kind.NOTHING) {
            return Json.MAPPER.nullNode();
          }
          ArrayNode columns = Json.MAPPER.createArrayNode();
          try (PreparedStatement query = session.prepare("select * from " + relation)) {
            for (Column column : ResultReader.describe(query, dialect)) {
              columns
                  .addObject()
                  .put("name", column.name())
                  .put("type", column.printedType())
                  .put("database_type", column.databaseType());
            }
          }
          return columns;
        });
  }

  @Override
  public List<Path> read(ResolvedInput input) {
    return attempt(
        session -> {
          if (dialect.readsInTransaction()) {
            session.connection().setAutoCommit(false);
          }
          ResultReader reader = new ResultReader(dialect, folder, allocator);
          try (PreparedStatement query = session.prepare(input.query())) {
            return List.of(session.run(query, () -> reader.read(query)));
          }
        });
  }

  @Override
  public long publish(List<Path> files, String mode) {
    return attempt(
        session -> new Publication(session, dialect, relation, allocator).publish(files, mode));
  }

  private interface Work<T> {
    T with(Session session) throws SQLException;
  }

  private <T> T attempt(Work<T> work) {
    Session session = null;
    try {
      session = connections.take();
      return work.with(session);
    } catch (SQLException e) {
      throw JdbcErrors.of(e, dialect, connections.address());
    } finally {
      if (session != null) {
        connections.giveBack(session);
      }
    }
  }

  @Override
  public void close() {}
}
