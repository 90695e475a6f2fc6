package dev.falflow.warehouse.jdbc;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.FalException;
import dev.falflow.Problem;
import dev.falflow.dbt.Hold;
import dev.falflow.warehouse.DataFolder;
import dev.falflow.warehouse.ModelData;
import dev.falflow.warehouse.Warehouse;
import java.nio.file.Path;
import java.sql.Driver;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;

/** A database by its JDBC driver, over connections of our own beside dbt's. */
public final class JdbcWarehouse implements Warehouse {
  private static final String URL = "FAL_JDBC_URL";

  private final Dialect dialect;
  private final JdbcConnections connections;
  private final Path root;
  private final @Nullable String driverPlaces;
  private final Path driverCache;
  private final DataFolder folder;
  private final BufferAllocator allocator = new RootAllocator();
  private @Nullable Driver driver;

  /**
   * Nothing is connected or looked for yet.
   *
   * @param adapter dbt's name of the database
   * @param credentials of dbt's target, rendered, the password among them
   * @param root the project's folder
   * @param environment {@code FAL_JDBC_URL} and {@code FAL_JDBC_DRIVER} are read of it
   * @param driverCache where drivers that are fetched stay
   * @throws FalException {@code unsupported-warehouse}
   */
  public JdbcWarehouse(
      String adapter,
      JsonNode credentials,
      Path root,
      Map<String, String> environment,
      Path driverCache,
      DataFolder folder) {
    this.dialect = Dialect.of(adapter);
    String url = environment.get(URL);
    if (dialect == Dialect.OTHER && url == null) {
      throw new FalException(
          Problem.of("unsupported-warehouse", "fal does not know where " + adapter + " is.")
              .withHint(
                  URL
                      + " gives the URL of its JDBC driver, e.g. jdbc:db2://host:50000/sample;"
                      + " docs/jdbc.md names the databases that need none."));
    }
    this.root = root;
    this.driverPlaces = environment.get(Drivers.VARIABLE);
    this.driverCache = driverCache;
    this.folder = folder;
    this.connections =
        new JdbcConnections(this::driver, Profile.address(dialect, credentials, root, url));
  }

  /** Whether we know where this adapter's database is, or are told by {@code FAL_JDBC_URL}. */
  public static boolean knows(String adapter, Map<String, String> environment) {
    return Dialect.of(adapter) != Dialect.OTHER || environment.containsKey(URL);
  }

  private synchronized Driver driver() {
    Driver found = driver;
    if (found == null) {
      found = Drivers.find(dialect, connections.address().url(), root, driverPlaces, driverCache);
      driver = found;
    }
    return found;
  }

  @Override
  public ModelData open(Hold model) {
    return new JdbcModelData(model, dialect, connections, folder, allocator);
  }

  @Override
  public void cancel() {
    connections.cancel();
  }

  @Override
  public void close() {
    connections.close();
    allocator.close();
  }
}
