package dev.falflow.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falflow.FalException;
import dev.falflow.Json;
import dev.falflow.dbt.Hold;
import dev.falflow.dbt.ModelInput;
import dev.falflow.dbt.ResolvedInput;
import dev.falflow.python.ForkServer;
import dev.falflow.python.Worker;
import dev.falflow.warehouse.DataFolder;
import dev.falflow.warehouse.ModelData;
import dev.falflow.warehouse.jdbc.JdbcWarehouse;
import dev.falflow.warehouse.jdbc.MariaDbServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * MariaDB without dbt: its data plane, and real workers, to which this class is what a run is to
 * them.
 */
final class MariaDbTypes extends TypesDatabase {
  private static final String SCHEMA = "shop";

  private final MariaDbServer server;
  private final DataFolder folder = new DataFolder(Map.of());
  private final JdbcWarehouse warehouse;
  private final Map<String, String> statuses = new TreeMap<>();
  private final List<String> output = Collections.synchronizedList(new ArrayList<>());

  MariaDbTypes(SampleProject project) throws IOException, SQLException {
    super(Kind.MARIADB, project);
    server = MariaDbServer.startOrSkip(project.root().resolveSibling(""));
    try (Connection connection = connect("")) {
      JdbcTables.execute(connection, List.of("create database shop character set latin1"));
    }
    ObjectNode credentials = Json.MAPPER.createObjectNode();
    credentials.put("server", "127.0.0.1").put("port", server.port());
    credentials.put("username", "root").put("password", "").put("schema", SCHEMA);
    warehouse =
        new JdbcWarehouse("mariadb", credentials, project.root(), Map.of(), project.root(), folder);
  }

  private Connection connect(String schema) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:mariadb://127.0.0.1:" + server.port() + "/" + schema + "?user=root");
  }

  @Override
  int longestName() {
    return 64;
  }

  @Override
  String quote(String name) {
    return '`' + name.replace("`", "``") + '`';
  }

  @Override
  String tableOptions() {
    return " default charset=utf8mb4";
  }

  @Override
  void execute(List<String> statements) throws SQLException {
    try (Connection connection = connect(SCHEMA)) {
      JdbcTables.execute(connection, statements);
    }
  }

  @Override
  void run() throws Exception {
    Path python = TestPython.executable(project.root());
    Path sockets = Files.createTempDirectory("fal");
    try (ForkServer workers =
            new ForkServer(
                python,
                Path.of("src/main/python").toAbsolutePath(),
                TestPython.environment(),
                sockets);
        Stream<Path> files = Files.list(project.root().resolve("models"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".py")).sorted().toList()) {
        new Model(file).run(workers);
      }
    } finally {
      Files.delete(sockets);
    }
  }

  /** One model's run: the answers to its worker's questions, then the publication. */
  private final class Model {
    private final Path file;
    private final String name;
    private final List<ModelData.Parts> streams = new ArrayList<>();
    private final List<Path> read = new ArrayList<>();
    private ModelData.Load load = NONE;

    Model(Path file) {
      this.file = file;
      this.name = file.getFileName().toString().replace(".py", "");
    }

    void run(ForkServer workers) throws IOException, InterruptedException {
      ObjectNode details = Json.MAPPER.createObjectNode();
      details.put("name", name).put("alias", name).put("schema", SCHEMA);
      details.put("relation", relation(name));
      try (ModelData data =
          warehouse.open(Hold.ofModel(1, "model.shop." + name, "Thread-1", List.of(), details))) {
        Worker worker = workers.spawn(line -> output.add(line.line()));
        worker.send(message(details, data));
        Optional<JsonNode> end = worker.receive();
        while (end.isPresent() && end.get().has("id")) {
          worker.send(answer(data, end.get()).put("id", end.get().path("id").asInt()));
          end = worker.receive();
        }
        worker.awaitExit();
        JsonNode error = end.orElseThrow().path("error");
        if (error.isMissingNode()) {
          load.publish();
        }
        fate(error.isMissingNode() ? "success" : error.path("message").asText());
      } catch (FalException e) {
        fate(String.valueOf(e.getMessage()));
      } finally {
        load.close();
        streams.forEach(ModelData.Parts::close);
        read.forEach(DataFolder::discard);
      }
    }

    private void fate(String words) {
      statuses.put(name, words);
      output.add(name + ": " + words);
    }

    private ObjectNode message(ObjectNode details, ModelData data) {
      ObjectNode message = details.deepCopy().put("type", "run").put("unique_id", name);
      message.put("path", file.toString()).put("file", "models/" + file.getFileName());
      message.put("project_dir", project.root().toString());
      message.putArray("sys_path").add(project.root().toString());
      message.put("data_dir", folder.data().toString());
      message.put("spill_dir", folder.spill().toString());
      message.set("previous_columns", data.columns());
      if (name.startsWith("told_")) { // as the project's schema.yml has it
        message
            .putObject("declared_types")
            .put("declared", "decimal(9,2)")
            .put("twice_told", "decimal(9,2)");
      }
      return message;
    }

    private ObjectNode answer(ModelData data, JsonNode question) {
      ObjectNode answer = Json.MAPPER.createObjectNode();
      List<Path> files = Json.paths(question.path("files"));
      try {
        switch (question.path("type").asText()) {
          case "read" -> {
            List<Path> found = data.read(input(question));
            read.addAll(found);
            Json.putPaths(answer.put("type", "input"), "files", found);
          }
          case "stream" -> {
            streams.add(data.parts(input(question), question.path("rows").asInt()));
            answer.put("type", "opened").put("stream", streams.size() - 1);
          }
          case "next" -> {
            List<Path> found = streams.get(question.path("stream").asInt()).next();
            read.addAll(found);
            Json.putPaths(answer.put("type", "part"), "files", found);
          }
          case "part" -> {
            add(data, question, files);
            answer.put("type", "taken");
          }
          default -> {
            question.path("notices").forEach(notice -> output.add(notice.asText()));
            if (!files.isEmpty()) {
              add(data, question, files);
            }
            answer.put("type", "written");
          }
        }
      } catch (FalException e) {
        answer
            .put("type", "error")
            .put("code", "refused")
            .put("message", String.valueOf(e.getMessage()));
      }
      return answer;
    }

    private void add(ModelData data, JsonNode question, List<Path> files) {
      try {
        if (load.equals(NONE)) {
          load = data.load(question.path("mode").asText());
        }
        load.add(files);
      } finally {
        files.forEach(DataFolder::discard);
      }
    }

    private ResolvedInput input(JsonNode question) {
      ModelInput input = ModelInput.from(question);
      String table = relation(input.arguments().get(1));
      return new ResolvedInput(
          input, "source.shop." + table, table, "select * from " + table, true);
    }
  }

  private static final ModelData.Load NONE =
      new ModelData.Load() {
        @Override
        public void add(List<Path> files) {
          throw new IllegalStateException();
        }

        @Override
        public ModelData.Published publish() {
          throw new IllegalStateException("nothing was written");
        }

        @Override
        public void close() {}
      };

  private static String relation(String name) {
    return "`" + SCHEMA + "`.`" + name + "`";
  }

  @Override
  StoredTable stored(String table) throws SQLException {
    try (Connection connection = connect(SCHEMA)) {
      JdbcTables.execute(connection, List.of("set time_zone = '+00:00'"));
      return JdbcTables.read(
          connection,
          table,
          "select column_name, column_type from information_schema.columns where table_schema ="
              + " '%s' and table_name = '%s' order by ordinal_position".formatted(SCHEMA, table),
          column -> "cast(" + quote(column) + " as char character set latin1)");
    }
  }

  @Override
  String status(String model) {
    return statuses.getOrDefault(model, "not run");
  }

  @Override
  String output() {
    return String.join("\n", output);
  }

  @Override
  public void close() {
    warehouse.close();
    folder.close();
    server.close();
  }
}
