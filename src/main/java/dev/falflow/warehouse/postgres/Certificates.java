package dev.falflow.warehouse.postgres;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falflow.warehouse.DataFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * What a profile says of TLS, told to the driver so that it means what it means to libpq. The
 * client's key is given to it in a file that is the user's alone and goes with the connections.
 */
final class Certificates implements AutoCloseable {
  private final JsonNode profile;
  private final Path root;
  private final DataFolder folder;
  private @Nullable Path key;

  Certificates(JsonNode profile, Path root, DataFolder folder) {
    this.profile = profile;
    this.root = root;
    this.folder = folder;
  }

  /** Sets {@code sslmode} and the files. */
  synchronized void tell(PGSimpleDataSource source) {
    String mode = text("sslmode");
    Path trusted = file("sslrootcert", "root.crt");
    if (mode != null) {
      // With a certificate to check by, libpq checks.
      boolean isChecked = mode.equals("require") && trusted != null && Files.exists(trusted);
      source.setSslmode(isChecked ? "verify-ca" : mode);
    }
    if (trusted != null) {
      source.setSslRootCert(trusted.toString());
    }
    Path certificate = file("sslcert", "postgresql.crt");
    Path pem = file("sslkey", "postgresql.key");
    if (certificate != null && pem != null && !"disable".equals(mode)) {
      source.setSslCert(certificate.toString());
      source.setSslKey(key(pem).toString());
    }
  }

  private Path key(Path pem) {
    Path made = key;
    if (made == null) {
      byte[] bytes = ClientKey.read(pem);
      made = folder.data().resolve("client.pk8"); // a folder of the user's alone, in memory
      try {
        Files.write(made, bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      key = made;
    }
    return made;
  }

  private @Nullable String text(String name) {
    return profile.hasNonNull(name) ? profile.path(name).asText() : null;
  }

  /** As the profile says, else libpq's own if it is there. */
  private @Nullable Path file(String name, String usual) {
    String given = text(name);
    if (given != null) {
      return root.resolve(given);
    }
    Path home = Path.of(System.getProperty("user.home"), ".postgresql", usual);
    return Files.exists(home) ? home : null;
  }

  @Override
  public synchronized void close() {
    Path made = key;
    key = null;
    if (made != null) {
      DataFolder.discard(made);
    }
  }
}
