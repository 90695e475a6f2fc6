package dev.falflow.e2e;

import java.io.IOException;

/** A database on which dbt runs the models, through the command line. */
abstract class DbtTypes extends TypesDatabase {
  private String output = "";

  DbtTypes(Kind kind, SampleProject project) {
    super(kind, project);
  }

  abstract CommandResult dbt() throws IOException;

  @Override
  void run() throws IOException {
    output = dbt().toString();
  }

  @Override
  String status(String model) throws IOException {
    return project.result("model.shop." + model).path("status").asText();
  }

  @Override
  String output() {
    return output;
  }
}
