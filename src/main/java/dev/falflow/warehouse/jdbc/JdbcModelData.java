package dev.falflow.warehouse.jdbc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.falflow.Json;
import dev.falflow.dbt.Hold;
import dev.falflow.dbt.ResolvedInput;
import dev.falflow.warehouse.DataFolder;
import dev.falflow.warehouse.ModelData;
import dev.falflow.warehouse.arrow.ArrowText;
import dev.falflow.warehouse.jdbc.JdbcConnections.Session;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSetMetaData;
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
      Hold model,
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
    return attempt(this::columns);
  }

  private JsonNode columns(Session session) throws SQLException {
    if (relation.kind(session.connection(), dialect) == Relation.Kind.NOTHING) {
      return Json.MAPPER.nullNode();
    }
    ArrayNode columns = Json.MAPPER.createArrayNode();
    try (PreparedStatement query = session.prepare("select * from " + relation)) {
      for (Column column : ResultReader.describe(query, dialect)) {
        columns
            .addObject()
            .put("name", column.name())
            .put("type", ArrowText.of(column.field()))
            .put("database_type", column.databaseType());
      }
    }
    return columns;
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
  public List<Path> execute(String sql) {
    return attempt(
        session -> {
          try (PreparedStatement statement = session.prepare(sql)) {
            ResultSetMetaData columns = statement.getMetaData();
            boolean mayHaveRows = columns != null && columns.getColumnCount() > 0;
            if (!mayHaveRows && !session.run(statement, statement::execute)) {
              return List.of();
            }
            ResultReader reader = new ResultReader(dialect, folder, allocator);
            return List.of(session.run(statement, () -> reader.read(statement)));
          }
        });
  }

  /** Read whole before the first part is given: nothing of the database waits for the model. */
  @Override
  public Parts parts(ResolvedInput input, int rows) {
    List<Path> files = read(input);
    return new Parts() {
      private boolean given;

      @Override
      public List<Path> next() {
        List<Path> next = given ? List.of() : files;
        given = true;
        return next;
      }

      @Override
      public void close() {
        if (!given) {
          files.forEach(DataFolder::discard);
        }
      }
    };
  }

  @Override
  public Load load(String mode) {
    try {
      Session session = connections.take();
      return new Loaded(session, new Publication(session, dialect, relation, allocator, mode));
    } catch (SQLException e) {
      throw JdbcErrors.of(e, dialect, connections.address());
    }
  }

  /** A publication on a connection that is its own. */
  private final class Loaded implements Load {
    private final Session session;
    private final Publication publication;

    Loaded(Session session, Publication publication) {
      this.session = session;
      this.publication = publication;
    }

    @Override
    public void add(List<Path> files) {
      try {
        publication.add(files);
      } catch (SQLException e) {
        throw JdbcErrors.of(e, dialect, connections.address());
      }
    }

    @Override
    public Published publish() {
      try {
        return new Published(publication.publish(), columns(session));
      } catch (SQLException e) {
        throw JdbcErrors.of(e, dialect, connections.address());
      }
    }

    @Override
    public void close() {
      try {
        publication.close();
      } catch (SQLException e) {
        throw JdbcErrors.of(e, dialect, connections.address());
      } finally {
        connections.giveBack(session);
      }
    }
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
