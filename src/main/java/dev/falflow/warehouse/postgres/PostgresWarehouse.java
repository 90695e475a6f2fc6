package dev.falflow.warehouse.postgres;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.dbt.Hold;
import dev.falflow.warehouse.DataFolder;
import dev.falflow.warehouse.ModelData;
import dev.falflow.warehouse.Warehouse;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** PostgreSQL, over connections of our own beside dbt's. */
public final class PostgresWarehouse implements Warehouse {
  private static final int MOST_READERS = 8; // connections that read at a time, of all models

  private final PostgresConnections connections;
  private final TypeCatalog types = new TypeCatalog();
  private final DataFolder folder;
  private final Semaphore readers = new Semaphore(MOST_READERS);
  private final BufferAllocator allocator = new RootAllocator();

  /**
   * Nothing is connected yet.
   *
   * @param profile the credentials of dbt's target, rendered, the password among them
   * @param root the project's folder
   */
  public PostgresWarehouse(JsonNode profile, Path root, DataFolder folder) {
    this.connections = new PostgresConnections(profile, root, folder);
    this.folder = folder;
  }

  @Override
  public ModelData open(Hold model) {
    return new PostgresModelData(model, connections, types, folder, allocator, readers);
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
