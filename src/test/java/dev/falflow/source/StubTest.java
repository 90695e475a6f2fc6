package dev.falflow.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StubTest {
  private static final List<String> SEED_LINES =
      List.of(
          "{{ ref('model_a') }}", "{{ source('database_b', 'table_b') }}", "{{ ref('model_c') }}");

  private static final String SEED_PAGE =
      """
      {{ config(materialized='ephemeral') }}
      /*
      FAL_GENERATED f3d686c040e94a5b33aa082f0ddcd6d3

      Script dependencies:

      {{ ref('model_a') }}
      {{ source('database_b', 'table_b') }}
      {{ ref('model_c') }}

      */

      SELECT * FROM {{ target.schema }}.{{ model.name }}
      """;

  @ParameterizedTest
  @CsvSource({
    "'', SCHEMA_AND_NAME, 31c193b5f00c718a9d9e8fe0d8c3b180",
    "'', SCHEMA_AND_ALIAS, 416cc4126fdf8116f78e9a0699950284",
    "'', THIS, d3c058017f3fae45d61db3f40f814d7c",
    "'{{ ref(''model_c'') }}', SCHEMA_AND_NAME, f3d686c040e94a5b33aa082f0ddcd6d3",
    "'{{ ref(''model_c'') }}', SCHEMA_AND_ALIAS, 4ece7938c7f764bd94f3955f868ab5c5",
    "'{{ ref(''model_c'') }}', THIS, d5d59e7be72d81f154140338f730e38c",
    "SEED, SCHEMA_AND_NAME, be5a48c5edd7de2c581a936a0beb6fa1",
    "SEED, SCHEMA_AND_ALIAS, 66a2a6bcdc117ef7e3e6e631d5716be2",
    "SEED, THIS, 9eafdf737762d20471baa0d833a6d3bb",
    "'{{ ref(\"model_b\") }}|{{ ref(''model_a'') }}', SCHEMA_AND_ALIAS,"
        + " 8575017c3d1726fc82796a665c9a60a9",
    "'{{ ref(''model_a'') }}|{{ ref(''model_b'') }}', THIS, 2d1b785862f633481ecaa4b410a5a8a6"
  })
  void hasTheChecksumTheOldToolGaveIt(String lines, Stub.Tail tail, String checksum) {
    List<String> dependencies =
        lines.equals("SEED")
            ? SEED_LINES
            : lines.isEmpty() ? List.of() : List.of(lines.split("\\|"));

    Stub stub = Stub.generate(dependencies, tail);

    assertThat(stub.checksum()).isEqualTo(checksum);
    assertThat(stub.content()).contains("FAL_GENERATED " + checksum);
    assertThat(Stub.verify(stub.content())).isEqualTo(Stub.Verdict.GENUINE);
    assertThat(Stub.Tail.of(stub.content())).contains(tail);
  }

  @Test
  void isLaidOutByteForByteAsThePageShows() {
    Stub stub = Stub.generate(SEED_LINES, Stub.Tail.SCHEMA_AND_NAME);

    assertThat(stub.content())
        .isEqualTo("\n" + SEED_PAGE.replace("f3d686c040e94a5b33aa082f0ddcd6d3", stub.checksum()));
  }

  @Test
  void leavesAnEmptyLineWhereThereAreNoDependencies() {
    assertThat(Stub.generate(List.of(), Stub.Tail.THIS).content())
        .isEqualTo(
            "\n{{ config(materialized='ephemeral') }}\n/*\nFAL_GENERATED"
                + " d3c058017f3fae45d61db3f40f814d7c\n\nScript dependencies:\n\n\n\n*/\n\n"
                + "SELECT * FROM {{ this }}\n");
  }

  @Test
  void acceptsThePagesOwnTextWithItsHash() {
    assertThat(Stub.verify(SEED_PAGE)).isEqualTo(Stub.Verdict.GENUINE);
    assertThat(Stub.verify("\n" + SEED_PAGE)).isEqualTo(Stub.Verdict.GENUINE);
    assertThat(Stub.verify(SEED_PAGE.replace("model_a", "model_b"))).isEqualTo(Stub.Verdict.EDITED);
  }

  @Test
  void overlooksLineEndsAndWhiteSpaceAtTheEdges() {
    String content = Stub.generate(SEED_LINES, Stub.Tail.THIS).content();

    assertThat(Stub.verify(content.replace("\n", "\r\n"))).isEqualTo(Stub.Verdict.GENUINE);
    assertThat(Stub.verify("\n\n  " + content.strip())).isEqualTo(Stub.Verdict.GENUINE);
  }

  @Test
  void tellsEditedFilesFromThoseOfOthers() {
    String content = Stub.generate(SEED_LINES, Stub.Tail.THIS).content();

    assertThat(Stub.verify(content.replace("SELECT *", "SELECT id")))
        .isEqualTo(Stub.Verdict.EDITED);
    assertThat(Stub.verify(content.replaceAll("FAL_GENERATED \\w+", "FAL_GENERATED abc")))
        .isEqualTo(Stub.Verdict.EDITED);
    assertThat(Stub.verify("select 1")).isEqualTo(Stub.Verdict.NOT_OURS);
    assertThat(Stub.verify("")).isEqualTo(Stub.Verdict.NOT_OURS);
  }
}
