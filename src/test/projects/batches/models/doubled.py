import glob
import os
import tempfile


def files_of_the_run(folder):
    """Bytes of the files that lie between the processes now."""
    with open(f"/proc/{os.getppid()}/stat") as stat:
        java = stat.read().rsplit(")", 1)[1].split()[1]
    found = []
    for path in glob.glob(f"{folder}/fal-{java}-*/*.arrow"):
        try:
            found.append(os.stat(path).st_size)
        except FileNotFoundError:
            pass
    return found


most_files = most_bytes = 0


def doubled():
    global most_files, most_bytes
    for df in ref("many", frame="batches", batch_size=50_000):
        df["twice"] = df["id"] * 2
        yield df
        memory, disk = files_of_the_run("/dev/shm"), files_of_the_run(tempfile.gettempdir())
        most_files = max(most_files, len(memory) + len(disk))
        most_bytes = max(most_bytes, sum(memory))


write_to_model(doubled())
print(f"most files: {most_files}, most bytes in shared memory: {most_bytes}")
