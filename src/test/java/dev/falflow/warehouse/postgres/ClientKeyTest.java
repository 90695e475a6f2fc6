package dev.falflow.warehouse.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys as OpenSSL makes them and reads them again. */
class ClientKeyTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "genrsa -out key",
        "genrsa -traditional -out key 1024",
        "genrsa -traditional -out key 4096",
        "ecparam -name prime256v1 -genkey -out key",
        "ecparam -name secp521r1 -genkey -noout -out key",
        "genpkey -algorithm ed25519 -out key",
        "genpkey -algorithm ed25519 -outform DER -out key"
      })
  void aKeyIsWhatOpensslMakesOfIt(String words, @TempDir Path folder) throws IOException {
    openssl(folder, words);
    openssl(folder, "pkey -in key -pubout -out public");

    Files.write(folder.resolve("converted"), ClientKey.read(folder.resolve("key")));
    openssl(folder, "pkcs8 -nocrypt -inform DER -in converted -out again");
    openssl(folder, "pkey -in again -pubout -out public_again");

    assertThat(Files.readString(folder.resolve("public_again")))
        .isEqualTo(Files.readString(folder.resolve("public")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "genrsa -aes128 -passout pass:secret -out key",
        "genrsa -traditional -aes128 -passout pass:secret -out key"
      })
  void aKeyWithAPasswordIsRefusedWithTheWayToTakeItOff(String words, @TempDir Path folder)
      throws IOException {
    openssl(folder, words);

    assertThatThrownBy(() -> ClientKey.read(folder.resolve("key")))
        .hasMessageContaining("[bad-profile]")
        .hasMessageContaining(folder.resolve("key") + " holds no private key without a password")
        .hasMessageContaining("openssl pkey -in");
  }

  private static void openssl(Path folder, String words) throws IOException {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(words.split(" ")));
    Process process = new ProcessBuilder(command).directory(folder.toFile()).start();
    assertThat(process.onExit().join().exitValue()).isZero();
  }
}
