package dev.falflow.warehouse.postgres;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.falflow.Json;
import dev.falflow.dbt.Hold;
import dev.falflow.dbt.ResolvedInput;
import dev.falflow.warehouse.DataFolder;
import dev.falflow.warehouse.ModelData;
import dev.falflow.warehouse.arrow.ArrowText;
import dev.falflow.warehouse.postgres.TypeCatalog.Column;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;

/**
 * One model on PostgreSQL. Its inputs are read in one snapshot, each on a connection of its own.
 */
final class PostgresModelData implements ModelData {
  private final Hold model;
  private final PostgresConnections connections;
  private final TypeCatalog types;
  private final DataFolder folder;
  private final BufferAllocator allocator;
  private final Snapshot snapshot;
  private final Semaphore readers;

  PostgresModelData(
      Hold model,
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
    return attempt(this::columns);
  }

  private JsonNode columns(Connection connection) throws SQLException {
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
      return read(connection, input);
    } catch (SQLException e) {
      throw PostgresErrors.of(e, connections);
    } finally {
      readers.release();
      if (model.inputs().contains(input)) {
        snapshot.left();
      }
      if (connection != null) {
        connections.giveBack(connection);
      }
    }
  }

  /** A large table is read in ranges, by readers that do nothing now. */
  private List<Path> read(Connection connection, ResolvedInput input) throws SQLException {
    List<Column> columns = describe(connection, input.query());
    Ranges ranges = Ranges.of(connection, input);
    int most = ranges.most();
    String name = most > 1 ? snapshot.nameOf(connection) : "";
    int reading = 1;
    try (RangedRead read = new RangedRead(connections, ranges, connection)) {
      while (reading < most && readers.tryAcquire()) {
        reading++;
        if (!read.join(name)) {
          break;
        }
      }
      return read.read((each, query) -> copy(each, query, columns));
    } finally {
      readers.release(reading - 1);
    }
  }

  private Path copy(Connection connection, String query, List<Column> columns) throws SQLException {
    try (CopyReader reader = new CopyReader(connection, folder, allocator, query, columns)) {
      return Objects.requireNonNull(reader.next(Integer.MAX_VALUE));
    }
  }

  @Override
  public List<Path> execute(String sql) {
    return attempt(
        connection -> {
          List<Path> files = execute(connection, sql);
          connection.commit();
          return files;
        });
  }

  private List<Path> execute(Connection connection, String sql) throws SQLException {
    List<Column> columns;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      ResultSetMetaData described = statement.getMetaData();
      if (described == null) {
        statement.execute();
        return List.of();
      }
      columns = types.columns(connection, described);
    }
    return List.of(copy(connection, sql, columns));
  }

  @Override
  public Parts parts(ResolvedInput input, int rows) {
    Connection connection = null;
    try {
      connection = connections.take();
      snapshot.join(connection);
      List<Column> columns = describe(connection, input.query());
      return new CopiedParts(
          connection, new CopyReader(connection, folder, allocator, input.query(), columns), rows);
    } catch (SQLException e) {
      if (connection != null) {
        connections.giveBack(connection);
      }
      throw PostgresErrors.of(e, connections);
    }
  }

  /** An input's parts, on a connection that is theirs. */
  private final class CopiedParts implements Parts {
    private final Connection connection;
    private final CopyReader reader;
    private final int rows;

    CopiedParts(Connection connection, CopyReader reader, int rows) {
      this.connection = connection;
      this.reader = reader;
      this.rows = rows;
    }

    @Override
    public List<Path> next() {
      try {
        Path file = reader.next(rows);
        return file == null ? List.of() : List.of(file);
      } catch (SQLException e) {
        throw PostgresErrors.of(e, connections);
      }
    }

    @Override
    public void close() {
      try {
        reader.close();
      } catch (SQLException e) {
        // Nothing that is still wanted: a broken connection is not kept.
      } finally {
        connections.giveBack(connection);
      }
    }
  }

  @Override
  public Load load(String mode) {
    try {
      Connection connection = connections.take();
      return new CopiedLoad(
          connection,
          new Publication(connection, types, Relation.of(model), model.details(), allocator, mode));
    } catch (SQLException e) {
      throw PostgresErrors.of(e, connections);
    }
  }

  /** A publication, on a connection that is its own. */
  private final class CopiedLoad implements Load {
    private final Connection connection;
    private final Publication publication;

    CopiedLoad(Connection connection, Publication publication) {
      this.connection = connection;
      this.publication = publication;
    }

    @Override
    public void add(List<Path> files) {
      try {
        publication.add(files);
      } catch (SQLException e) {
        throw PostgresErrors.of(
            e,
            connections,
            publication.rows(),
            (column, row) -> publication.value(files, column, row));
      }
    }

    @Override
    public Published publish() {
      try {
        Published published = new Published(publication.finish(), columns(connection));
        connection.commit();
        return published;
      } catch (SQLException e) {
        throw PostgresErrors.of(e, connections);
      }
    }

    @Override
    public void close() {
      connections.giveBack(connection);
    }
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
