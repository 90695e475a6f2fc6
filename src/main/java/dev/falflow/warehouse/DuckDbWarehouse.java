package dev.falflow.warehouse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.Json;
import dev.falflow.dbt.DbtEngine;
import dev.falflow.dbt.Hold;
import dev.falflow.dbt.ResidentProcess;
import dev.falflow.dbt.ResolvedInput;
import java.nio.file.Path;
import java.util.List;

/** DuckDB, whose file only dbt's own process may open: the engine moves the data (DESIGN D5). */
public final class DuckDbWarehouse implements Warehouse {
  private final DbtEngine engine;
  private final DataFolder folder;

  public DuckDbWarehouse(DbtEngine engine, DataFolder folder) {
    this.engine = engine;
    this.folder = folder;
  }

  @Override
  public ModelData open(Hold model) {
    return new DuckDbModelData(engine, folder, model);
  }

  /** Cancelling the engine's invocation does it. */
  @Override
  public void cancel() {}

  @Override
  public void close() {}

  private record DuckDbModelData(DbtEngine engine, DataFolder folder, Hold model)
      implements ModelData {
    @Override
    public JsonNode columns() {
      return model.details().path("previous_columns");
    }

    @Override
    public List<Path> read(ResolvedInput input) {
      return files(ResidentProcess.command("read").put("query", input.query()));
    }

    @Override
    public List<Path> execute(String sql) {
      return files(ResidentProcess.command("read").put("query", sql));
    }

    @Override
    public Parts parts(ResolvedInput input, int rows) {
      int number = begin(ResidentProcess.command("stream").put("query", input.query()));
      return new Parts() {
        @Override
        public List<Path> next() {
          return files(ResidentProcess.command("next").put("number", number).put("rows", rows));
        }

        @Override
        public void close() {
          end(number);
        }
      };
    }

    @Override
    public Load load(String mode) {
      int number = begin(ResidentProcess.command("load").put("mode", mode));
      return new Load() {
        @Override
        public void add(List<Path> files) {
          ObjectNode command = ResidentProcess.command("add").put("number", number);
          Json.putPaths(command, "files", files);
          engine.moveData(model, command);
        }

        @Override
        public Published publish() {
          ObjectNode command = ResidentProcess.command("publish").put("number", number);
          JsonNode published = engine.moveData(model, command);
          return new Published(published.path("rows").asLong(), published.path("columns"));
        }

        @Override
        public void close() {
          end(number);
        }
      };
    }

    private List<Path> files(ObjectNode command) {
      command.put("directory", folder.data().toString()).put("spill", folder.spill().toString());
      command.put("size", folder.size());
      return Json.paths(engine.moveData(model, command).path("files"));
    }

    private int begin(ObjectNode command) {
      return engine.moveData(model, command).path("number").asInt();
    }

    private void end(int number) {
      engine.moveData(model, ResidentProcess.command("close").put("number", number));
    }

    @Override
    public void close() {}
  }
}
