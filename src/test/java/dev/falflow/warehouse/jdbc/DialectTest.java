package dev.falflow.warehouse.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.arrow.vector.types.pojo.ArrowType;
import org.junit.jupiter.api.Test;

class DialectTest {
  /** Without a length it would be 256 bytes. */
  @Test
  void textIsAsWideAsRedshiftHasIt() {
    assertThat(Dialect.of("redshift").type(new ArrowType.Utf8())).isEqualTo("varchar(65535)");
  }
}
