import glob
import os


def files_of_the_run():
    """What lies between the processes now, in shared memory and on disk: names and bytes."""
    with open(f"/proc/{os.getppid()}/stat") as stat:
        java = stat.read().rsplit(")", 1)[1].split()[1]
    found = {"memory": [], "disk": []}
    for path in glob.glob(f"/dev/shm/fal-{java}-*/*.arrow") + glob.glob(f"/tmp/fal-{java}-*/*.arrow"):
        try:
            found["memory" if path.startswith("/dev/shm") else "disk"].append(os.stat(path).st_size)
        except FileNotFoundError:
            pass
    return found


most_files = most_bytes = 0


def doubled():
    global most_files, most_bytes
    for df in ref("many", frame="batches", batch_size=50_000):
        df["twice"] = df["id"] * 2
        yield df
        found = files_of_the_run()
        most_files = max(most_files, len(found["memory"] + found["disk"]))
        most_bytes = max(most_bytes, sum(found["memory"]))


write_to_model(doubled())
print(f"most files: {most_files}, most bytes in shared memory: {most_bytes}")
