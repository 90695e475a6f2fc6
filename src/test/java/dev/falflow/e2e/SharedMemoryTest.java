package dev.falflow.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shared memory of 64 MB, as a container has it unless told otherwise. */
class SharedMemoryTest {
  private static final String MOUNT = "mount -t tmpfs -o size=64m tmpfs /dev/shm";

  @Test
  void whatDoesNotFitGoesThroughTheTemporaryFolder(@TempDir Path scratch)
      throws IOException, InterruptedException {
    Process trial =
        new ProcessBuilder("unshare", "-m", "sh", "-c", MOUNT)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Assumptions.assumeTrue(
        trial.waitFor() == 0, "this user may not mount a small /dev/shm of its own");

    SampleProject project = SampleProject.copyOf("large", scratch);
    CommandResult run =
        project
            .fal()
            .under("unshare", "-m", "sh", "-c", MOUNT + " && exec \"$@\"", "sh")
            .run("flow", "run");
    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(project.rows("select count(*), sum(sum - id - twice)::bigint from more"))
        .containsExactly("4000000, 0");
  }
}
