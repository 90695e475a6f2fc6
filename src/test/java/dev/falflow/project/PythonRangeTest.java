package dev.falflow.project;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PythonRangeTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "3.12 | 3.12.4 | true",
        "3.12 | 3.11.9 | false",
        "3.1 | 3.12.4 | false",
        "3 | 3.12.4 | true",
        "3.12.4 | 3.12.4 | true",
        "3.12.4 | 3.12.5 | false",
        ">=3.11,<3.13 | 3.11.0 | true",
        ">=3.11, < 3.13 | 3.13.0 | false",
        ">=3.11 | 3.9.18 | false",
        "~=3.11 | 3.13.0 | true",
        "~=3.11.4 | 3.11.7 | true",
        "~=3.11.4 | 3.12.0 | false",
        "==3.11.* | 3.11.7 | true",
        "!=3.11.*,>=3.10 | 3.11.7 | false",
        "!=3.11.*,>=3.10 | 3.12.0 | true",
        "==3.11 | 3.11.7 | false",
        ">3.11 | 3.11.7 | true",
        "<=3.11 | 3.11.7 | false",
      })
  void acceptsWhatThePythonPackagesMeanByIt(String text, String version, boolean expected) {
    assertThat(PythonRange.parse(text).orElseThrow().accepts(version)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "latest", "2.7", ">=", ">=3.11 <3.13", "~=3", ">=3.11.*", "3.11.1.2"})
  void refusesWhatIsNoRange(String text) {
    assertThat(PythonRange.parse(text)).isEmpty();
  }

  @Test
  void condaGetsIt() {
    assertThat(PythonRange.parse("3.12").orElseThrow().condaText()).isEqualTo("=3.12");
    assertThat(PythonRange.parse(">=3.11").orElseThrow().condaText()).isEqualTo(">=3.11");
  }
}
