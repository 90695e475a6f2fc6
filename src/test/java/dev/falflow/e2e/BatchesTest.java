package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Tables read and written piece by piece: one run of {@code batches}, after tables of before. */
@ParameterizedClass
@EnumSource(Engine.class)
class BatchesTest {
  private static final String SUM = "select count(*), sum(id), count(late), max(name) from ";
  private static final String ALL_ROWS = "2000000, 1999999000000, 100000, row 999999";
  private static final Pattern MOST =
      Pattern.compile("most files: (\\d+), most bytes in shared memory: (\\d+)");
  private static final int SMALL = 1_000_000; // files of less than 64 KB are not worth moving

  private static SampleProject project;
  private static CommandResult run;

  /** JUnit hands the engine to the method below only where a constructor takes it. */
  BatchesTest(Engine engine) {}

  @BeforeParameterizedClassInvocation
  static void runOnce(Engine engine, @TempDir Path scratch) throws IOException {
    project = SampleProject.copyOf("batches", scratch).on(engine);
    for (String name : List.of("fails_later", "differs_later", "refused_later")) {
      project.execute("create table " + name + " as select 42 as id");
    }
    project.execute(
        "create table added (name varchar, late bigint, remainder integer, id bigint)",
        "insert into added values ('old', null, 1, 0)");
    run = project.fal().run("flow", "run");
  }

  @Test
  void aTableIsReadAndWrittenWholeWithItsTypes() throws IOException {
    assertThat(project.rows(SUM + "doubled")).as(run::toString).containsExactly(ALL_ROWS);
    assertThat(project.rows("select count(*) from doubled where twice is distinct from id * 2"))
        .containsExactly("0");
    assertThat(project.rows("select column_name, column_type from (describe doubled)"))
        .containsExactly(
            "id, BIGINT", "remainder, INTEGER", "name, VARCHAR", "late, BIGINT", "twice, BIGINT");
  }

  @Test
  void atMostAFewPartsWaitAndNoneInSharedMemoryWhenItHasNoShare() throws IOException {
    CommandResult alone =
        project.fal().with("FAL_SHARED_MEMORY", "0").run("flow", "run", "--select", "doubled");
    Matcher most = MOST.matcher(alone.stdout());
    assertThat(most.find()).as(alone::toString).isTrue();
    // Of 17 parts one is taken and one coming, just moved to disk; of those written one is made and
    // one loaded, in two files each.
    assertThat(Integer.parseInt(most.group(1))).isBetween(1, 7);
    assertThat(Long.parseLong(most.group(2))).isLessThan(SMALL);
  }

  @Test
  void severalStreamsRunSideBySideAndMayBeGivenUp() throws IOException {
    assertThat(project.rows("select count(*) from joined")).containsExactly("10");
  }

  @Test
  void appendedPartsGoBehindTheRowsThatAreThere() throws IOException {
    assertThat(project.rows("select count(*), count(*) filter (name = 'old') from added"))
        .containsExactly("2000001, 1");
  }

  @Test
  void aGeneratorThatRaisesPublishesNothing() throws IOException {
    assertThat(run.stdout()).contains("ValueError: the fourth is one too many");
    assertThat(project.rows("select * from fails_later")).containsExactly("42");
  }

  @Test
  void aPartOfOtherColumnsIsNamedAndNothingIsPublished() throws IOException {
    assertThat(run.stdout())
        .contains("models/differs_later.py:1")
        .contains("part 16:")
        .contains("column 'late' is not in it, and the first part has it")
        .contains("it has a column 'later', and the first part has none");
    assertThat(project.rows("select * from differs_later")).containsExactly("42");
  }

  @Test
  void whatTheDatabaseRefusesIsReportedAtTheCallAndNothingIsPublished() throws IOException {
    assertThat(run.stdout()).contains("models/refused_later.py:7").contains("ConversionException");
    assertThat(project.rows("select * from refused_later")).containsExactly("42");
  }

  @Test
  void partsOfAnAttemptThatFailedAreForgotten() throws IOException {
    assertThat(project.rows("select count(*), sum(id) from tries_again"))
        .containsExactly("2000000, 1999999000000");
    assertThat(project.rows("select column_name from (describe tries_again)"))
        .containsExactly("id");
  }

  @Test
  void nothingIsLeftInTheDatabase() throws IOException {
    assertThat(project.rows("select table_name from duckdb_tables() order by 1"))
        .containsExactly(
            "added",
            "differs_later",
            "doubled",
            "fails_later",
            "joined",
            "many",
            "refused_later",
            "tries_again");
  }

  @Test
  void aShareThatIsNoSizeIsAnError() throws IOException {
    CommandResult refused =
        project.fal().with("FAL_SHARED_MEMORY", "much").run("flow", "run", "--select", "joined");
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.stdout()).contains("FAL_SHARED_MEMORY=much is no size").contains("500MB");
  }
}
