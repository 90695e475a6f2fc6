package dev.falflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falflow.dbt.DbtOption;
import dev.falflow.dbt.DbtOptions;
import dev.falflow.dbt.process.EngineLimits;
import dev.falflow.e2e.DbtEnvironments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@code docs/compatibility.md} is what the table of options says. */
class CompatibilityPageTest {
  private static final Path PAGE = Path.of("docs/compatibility.md");
  private static final Path MADE = Path.of("target/compatibility.md");

  /** Of {@code docs/engines.md}: a further one is a further entry, with its own answers. */
  private static final List<Engine> ENGINES =
      List.of(
          new Engine("resident", DbtOption::refused, DbtOption::difference),
          new Engine(
              "process",
              CompatibilityPageTest::refusedByProcess,
              CompatibilityPageTest::differsByProcess));

  private static @Nullable String refusedByProcess(DbtOption option) {
    String always = option.refused();
    return always == null ? EngineLimits.refusal(option.name()) : always;
  }

  private static @Nullable String differsByProcess(DbtOption option) {
    List<String> words = new ArrayList<>();
    for (String each :
        new @Nullable String[] {option.difference(), EngineLimits.difference(option.name())}) {
      if (each != null) {
        words.add(each.endsWith(".") ? each : each + ".");
      }
    }
    String off = option.off() == null ? null : EngineLimits.refusal(option.off());
    if (off != null) {
      words.add("`" + option.off() + "` is refused: " + off + ".");
    }
    return words.isEmpty() ? null : String.join(" ", words);
  }

  private interface Answer {
    @Nullable String to(DbtOption option);
  }

  private record Engine(String name, Answer refused, Answer difference) {
    String answer(DbtOption option, String version) {
      if (!option.isKnownTo(version)) {
        return "–";
      }
      return refused.to(option) != null
          ? "refused"
          : difference.to(option) != null ? "differs" : "same";
    }
  }

  @Test
  void theCommittedPageIsWhatTheTableSays() throws IOException {
    String page = page();
    Files.createDirectories(MADE.getParent());
    Files.writeString(MADE, page);
    assertThat(Files.exists(PAGE) ? Files.readString(PAGE) : "")
        .as("%s is not up to date. It is made anew by: cp %s %s", PAGE, MADE, PAGE)
        .isEqualTo(page);
  }

  private static String page() {
    StringBuilder page = new StringBuilder(HEAD);
    List<String> versions = DbtEnvironments.versions();
    for (Engine engine : ENGINES) {
      page.append("\n## Options, engine ").append(engine.name()).append('\n');
      page.append("| option | ").append(String.join(" | ", versions)).append(" |\n|---|");
      page.append("---|".repeat(versions.size())).append('\n');
      for (DbtOption option : DbtOptions.all()) {
        String answers =
            versions.stream()
                .map(version -> engine.answer(option, version))
                .collect(Collectors.joining(" | "));
        page.append("| ").append(spellings(option)).append(" | ").append(answers).append(" |\n");
      }
      page.append("\nWhat differs, and what is refused:\n\n");
      for (DbtOption option : DbtOptions.all()) {
        String refused = engine.refused().to(option);
        String words = refused == null ? engine.difference().to(option) : "refused. " + refused;
        if (words != null) {
          page.append("- `").append(option.name()).append("`: ").append(words).append('\n');
        }
      }
    }
    return page.append(TAIL).toString();
  }

  private static String spellings(DbtOption option) {
    String on =
        option.spellings().stream()
            .map(spelling -> "`" + spelling + "`")
            .collect(Collectors.joining(" "));
    String off = option.off() == null ? "" : " `" + option.off() + "`";
    return on + off + (option.onlyBuild() ? " (build)" : "");
  }

  private static final String HEAD =
      """
      # Compatibility
      Made by `CompatibilityPageTest` from fal's table of dbt's options, which `DbtOptionsTest` compares with every dbt-core it is
      given; do not edit. What the old fal had, with what is here and the test that shows it, is on [a page of its own](old-fal.md).

      | dbt-core | Python, as tested | pandas |
      |---|---|---|
      | 1.8 | 3.10 | 2.2 |
      | 1.9 | 3.11 | 3 |
      | 1.10 | 3.12 | 3 |
      | 1.11 | the newest of 3.10 to 3.13 | 3 (2.3 on 3.10) |

      On each of them `DbtVersionsTest` builds the quickstart and a project in which Python models succeed, fail and are skipped, and
      runs one with nearly all options on and one with them off. dbt-core 1.12 and dbt 2 were not run.

      **same**: handed to dbt as given, and what it means there holds for Python models too. The options of these two runs are looked
      for in dbt's `run_results.json`; the others (uploads, saved queries, …) are tested up to dbt's command line. **differs**: see
      below the table. **–**: this dbt has no such option, and fal says so before it does anything (exit code 2).
      """;

  private static final String TAIL =
      """

      ## Environment variables
      dbt reads its variables (`DBT_TARGET`, `DBT_STATE`, …; from 1.11 on `DBT_ENGINE_TARGET`, … as well) itself, so each means what
      its option means. Those that fal needs to know too are read the same way, an option winning over its variable, and an empty
      variable counting as none: `DBT_PROJECT_DIR`, `DBT_PROFILES_DIR`, `DBT_TARGET_PATH`, `DBT_DEBUG`, `DBT_QUIET`,
      `DBT_LOG_FORMAT`, `DBT_LOG_LEVEL`, `DBT_USE_COLORS`, `DBT_WRITE_JSON`.

      ## What options mean for a Python model
      | option | |
      |---|---|
      | `--empty` | `ref` and `source` give no rows, all columns; the table is published with what the model makes of that |
      | `--sample` | what dbt filters by `event_time` in SQL is filtered in `ref` and `source` |
      | `--event-time-start`, `--event-time-end` | nothing, as for every model that is no microbatch |
      | `--full-refresh` | nothing: a Python model's table is always made anew |
      | `--fail-fast` | no Python model starts after a failure |
      | `--no-write-json` | `fal_results.json` is not written either |
      | `--quiet`, `--log-level` | hold for what a model prints, too; its log has all of it |
      """;
}
