package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with one Python model, or a module it imports, keeps no other from running. */
class FlawedModelsTest {
  @Test
  void aModelThatWritesTwiceKeepsNoOtherFromRunning(@TempDir Path scratch) throws IOException {
    SampleProject project = SampleProject.parsedCopyOf("scripted", scratch);
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

  @Test
  void aModelReadsItsOwnTableOnceItHasWrittenIt(@TempDir Path scratch) throws IOException {
    SampleProject project = SampleProject.parsedCopyOf("tiny", scratch);
    project.write(
        "models/again.py",
        """
        df = ref('model_a')
        df['day'] = '2026-01-01'
        write_to_model(df)
        own = context.current_model.name
        assert ref(own).equals(df)
        assert [len(part) for part in ref('shop', own, frame='batches')] == [1]
        assert ref(own, frame='arrow').column_names == ['id', 'day']
        """);
    CommandResult run = project.fal().run("flow", "run");
    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(project.rows("select * from again")).containsExactly("1, 2026-01-01");

    project.write(
        "models/again.py",
        project.read("models/again.py").replace("(df)\nown", "(df, mode='append')\nown"));
    CommandResult appended = project.fal().run("flow", "run", "--select", "again");
    assertThat(appended.output()).contains("[own-ref]");
    assertThat(project.rows("select count(*) from again")).containsExactly("1");
  }

  @Test
  void aFileThatCannotBeReadFailsByItself(@TempDir Path scratch) throws IOException {
    SampleProject project = SampleProject.parsedCopyOf("tiny", scratch);
    project.write("lib/load.py", "from fal import ref\ndef rows(): return ref('model_a')\n");
    project.write("models/helped.py", "from lib.load import rows\nwrite_to_model(rows())\n");
    project.write("models/below.sql", "select * from {{ ref('model_b') }}\n");
    CommandResult before = project.fal().run("flow", "run");
    assertThat(before.exitCode()).as(before::toString).isZero();
    String stub = project.read("models/fal/model_b.sql");

    project.write(
        "models/model_b.py", "df = ref('model_a')\ndf = df[df.id >\nwrite_to_model(df)\n");
    project.write("models/fresh.py", "df = ref('model_a'\nwrite_to_model(df)\n");
    project.write("lib/load.py", "from fal import ref\ndef rows() return ref('model_a')\n");

    CommandResult without = project.fal().run("flow", "run", "--select", "model_a");
    assertThat(without.exitCode()).as(without::toString).isZero();
    assertThat(without.output())
        .contains("[WARNING]: models/model_b.py:", "[WARNING]: models/fresh.py:1:9: ")
        .containsOnlyOnce("[WARNING]: lib/load.py:2:12: ")
        .doesNotContain("was generated from");
    assertThat(project.read("models/fal/model_b.sql")).isEqualTo(stub);
    assertThat(project.read("models/fal/helped.sql")).contains("ref('model_a')");

    CommandResult with = project.fal().run("flow", "run");
    assertThat(with.exitCode()).as(with::toString).isEqualTo(1);
    assertThat(with.output()).contains("[syntax-error]");
    assertThat(project.statuses())
        .containsEntry("model.shop.model_a", "success")
        .containsEntry("model.shop.model_b", "error")
        .containsEntry("model.shop.fresh", "error")
        .containsEntry("model.shop.helped", "error")
        .containsEntry("model.shop.below", "skipped");
    assertThat(project.result("model.shop.helped").path("message").asText())
        .contains("lib/load.py:2:12");

    project.write("models/fresh.py", "df = ref('model_a')\nwrite_to_model(df)\n");
    CommandResult mended = project.fal().run("flow", "run", "--select", "fresh");
    assertThat(mended.exitCode()).as(mended::toString).isZero();
    assertThat(project.read("models/fal/fresh.sql")).contains("ref('model_a')");
  }
}
