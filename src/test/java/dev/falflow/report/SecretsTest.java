package dev.falflow.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {
  private final Secrets none = Secrets.of(Map.of());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "path: md:shop?motherduck_token=abc&x=1 | path: md:shop?motherduck_token=*****&x=1",
        "host=h password=abc dbname=d | host=h password=***** dbname=d",
        "postgresql://me:abc@host/db | postgresql://me:*****@host/db",
        "git+https://ghp_0123456789abcdefghij@host/a | git+https://*****@host/a",
        "git+ssh://git@host/a.git | git+ssh://git@host/a.git",
        "password: abc | password: *****",
        "pass: abc | pass: *****",
        "settings: {'motherduck_token': 'a b', 'x': 1} "
            + "| settings: {'motherduck_token': *****, 'x': 1}",
        "[{'type': 's3', 'secret': 'abc'}] | [{'type': 's3', 'secret': *****}]",
        "s3_secret_access_key: abc | s3_secret_access_key: *****",
      })
  void masksWhatStandsBehindASecretsName(String text, String masked) {
    assertThat(none.maskSettings(text)).isEqualTo(masked);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "use_credential_provider: None",
        "Done. PASS=3 WARN=0 ERROR=1",
        "config unique_key='id' is not a column",
        "https://docs.getdbt.com/docs/configure-your-profile",
        "models/b.py:3:7: ref('token') names no model",
      })
  void leavesOtherTextsAlone(String text) {
    assertThat(none.maskSettings(text)).isEqualTo(text);
  }

  @Test
  void masksKnownValuesEverywhereAndShortOnesAsWholeWords() {
    Secrets secrets = none.and(List.of("long-secret", "db", "first line\nsecond line"));
    assertThat(secrets.maskValues("xlong-secretx db dbt (db) second line"))
        .isEqualTo("x*****x ***** dbt (*****) *****");
  }
}
