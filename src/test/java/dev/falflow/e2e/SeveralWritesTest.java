package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that writes twice fails by itself; others run, whatever is wrong with it. */
class SeveralWritesTest {
  @Test
  void aModelThatWritesTwiceKeepsNoOtherFromRunning(@TempDir Path scratch) throws IOException {
    SampleProject project = SampleProject.copyOf("scripted", scratch);
    project.write(
        "models/twice.py", "df = ref('second')\nwrite_to_model(df)\nwrite_to_model(df)\n");
    project.write("models/own.py", "df = ref(context.current_model.name)\nwrite_to_model(df)\n");

    CommandResult without = project.fal().run("flow", "run", "--exclude", "twice", "own");
    assertThat(without.exitCode()).as(without::toString).isZero();
    assertThat(without.output())
        .contains("[WARNING]: models/twice.py:3:1: write_to_model is called 2 times");

    CommandResult with = project.fal().run("flow", "run", "--select", "twice", "own", "second");
    assertThat(with.exitCode()).as(with::toString).isEqualTo(1);
    assertThat(with.output())
        .contains("models/twice.py:3:1: write_to_model is called 2 times, a model calls it exactly")
        .contains("a model cannot read the table that it is about to write");
    assertThat(project.statuses())
        .containsEntry("model.shop.twice", "error")
        .containsEntry("model.shop.own", "error")
        .containsEntry("model.shop.second", "success");
  }
}
