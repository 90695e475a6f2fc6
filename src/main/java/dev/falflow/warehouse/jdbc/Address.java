package dev.falflow.warehouse.jdbc;

import java.util.List;
import java.util.Map;

/**
 * Where to connect, and as whom.
 *
 * @param url without a secret
 * @param properties of the driver, secrets among them
 * @param place the server or file, for errors
 * @param setup statements for each new connection
 */
record Address(String url, Map<String, String> properties, String place, List<String> setup) {
  Address {
    properties = Map.copyOf(properties);
    setup = List.copyOf(setup);
  }

  /** Without the properties. */
  @Override
  public String toString() {
    return url;
  }
}
