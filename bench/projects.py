"""The dbt projects that the benchmarks run, written into a temporary folder."""

from __future__ import annotations

import shutil
import textwrap
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SQL_TWINS = Path(__file__).resolve().parent / "quickstart_sql"

WIDE_TABLE = """
create schema if not exists raw;
create or replace table raw.wide as
select
    i::bigint as id,
    (i % 1000)::integer as quantity,
    (i * 0.37)::double as price,
    sqrt(i)::double as weight,
    ((i % 977) / 7)::double as share,
    'customer ' || (i % 100000) as customer,
    'item-' || (i % 53) as item,
    date '2020-01-01' + (i % 1500)::integer as day,
    timestamp '2020-01-01' + to_seconds(i) as at,
    i % 3 = 0 as is_open
from range({rows}) as numbers (i);
"""

LONG_TABLE = """
create schema if not exists raw;
create or replace table raw.wide as
select
    i::bigint as id,
    (i % 1000)::integer as quantity,
    (i * 0.37)::double as price,
    'item-' || (i % 53) as item
from range({rows}) as numbers (i);
"""


BATCHED_COPY = """
import time


def private_mb():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("RssAnon"))


most = 0


def doubled():
    global most
    for df in source('raw', 'wide', frame='batches'):
        df['quantity'] *= 2
        most = max(most, private_mb())
        yield df


started = time.perf_counter()
write_to_model(doubled())
print("seconds in the model:", time.perf_counter() - started)
print("private MB:", most)
"""


TIMED_COPY = """
import time

started = time.perf_counter()
df = source('raw', 'wide')
write_to_model(df)
print("seconds in the model:", time.perf_counter() - started)
"""


def new_project(folder: Path, threads: int = 4) -> Path:
    """An empty project with its profile: a DuckDB file in the project's folder."""
    (folder / "models").mkdir(parents=True)
    write(
        folder / "dbt_project.yml",
        """
        name: bench
        version: "1.0.0"
        profile: bench
        models:
          bench:
            +materialized: table
        """,
    )
    write(
        folder / "profiles.yml",
        f"""
        bench:
          target: dev
          outputs:
            dev:
              type: duckdb
              path: bench.duckdb
              threads: {threads}
        """,
    )
    return folder


def quickstart(folder: Path) -> Path:
    """The example as a clone has it."""
    example = REPOSITORY / "examples" / "quickstart"
    shutil.copytree(
        example, folder, ignore=shutil.ignore_patterns("target", "logs", "*.duckdb*", ".user.yml")
    )
    return folder


def quickstart_in_sql(folder: Path) -> Path:
    """The example with its Python models as SQL models that make the same tables."""
    quickstart(folder)
    models = folder / "models"
    shutil.rmtree(models / "fal")
    shutil.rmtree(models / "notebooks")
    (folder / ".dbtignore").unlink(missing_ok=True)
    for twin in SQL_TWINS.glob("*.sql"):
        (models / f"{twin.stem}.py").unlink(missing_ok=True)
        shutil.copy(twin, models)
    return folder


def mixed_chain(folder: Path, pairs: int) -> Path:
    """A chain in which each Python model follows a SQL model: step_00.sql, step_01.py, step_02.sql, …"""
    new_project(folder)
    for step in range(2 * pairs):
        if step == 0:
            write(folder / "models" / "step_00.sql", "select 1 as n")
        elif step % 2 == 0:
            write(
                folder / "models" / f"step_{step:02}.sql",
                f"select n + 1 as n from {{{{ ref('step_{step - 1:02}') }}}}",
            )
        else:
            write(
                folder / "models" / f"step_{step:02}.py",
                f"""
                df = ref('step_{step - 1:02}')
                df['n'] = df['n'] + 1
                write_to_model(df)
                """,
            )
    return folder


def sql_chain(folder: Path, length: int) -> Path:
    new_project(folder)
    for step in range(length):
        previous = f" from {{{{ ref('step_{step - 1:02}') }}}}" if step else ""
        write(
            folder / "models" / f"step_{step:02}.sql",
            f"select {'n + 1' if step else '1'} as n{previous}",
        )
    return folder


def hooked(folder: Path, count: int, hooks: bool) -> Path:
    """SQL models in chains of four, each with a hook before it and one after it."""
    project = new_project(folder)
    names = [f"step_{number:02}" for number in range(count)]
    for number, name in enumerate(names):
        query = (
            f"select * from {{{{ ref('{names[number - 1]}') }}}}"
            if number % 4
            else "select 1 as id"
        )
        write(
            project / "models" / f"{name}.sql",
            f"{{{{ config(materialized='table') }}}}\n{query}\n",
        )
    if hooks:
        entries = "".join(
            f"  - name: {name}\n    meta: {{fal: {{pre-hook: [hook.py], post-hook: [hook.py]}}}}\n"
            for name in names
        )
        (project / "models" / "schema.yml").write_text(f"models:\n{entries}", encoding="utf-8")
        write(
            project / "hook.py", "print(context.current_model.name, context.current_model.status)"
        )
    return project


def add_sql_models(folder: Path, count: int) -> None:
    """Models beside the others, in chains of twenty."""
    place = folder / "models" / "beside"
    place.mkdir()
    for number in range(count):
        previous = f" from {{{{ ref('beside_{number - 1:04}') }}}}" if number % 20 else ""
        write(place / f"beside_{number:04}.sql", f"select 1 as n{previous}")


def many_pairs(folder: Path, count: int) -> Path:
    """As many SQL models as Python models, each Python model reading one of them."""
    new_project(folder)
    for number in range(count):
        write(folder / "models" / "sql" / f"before_{number:04}.sql", "select 1 as n")
        write(
            folder / "models" / "python" / f"after_{number:04}.py",
            f"""
            df = ref('before_{number:04}')
            df['n'] = df['n'] + 1
            write_to_model(df)
            """,
        )
    return folder


def many_with_helpers(folder: Path, models: int, helpers: int) -> Path:
    """Python models that read through shared modules, of which each imports the one before it."""
    new_project(folder)
    write(folder / "models" / "before.sql", "select 1 as n")
    for number in range(helpers):
        before = f"from lib.load_{number - 1:03} import clean" if number % 10 else "clean = None"
        write(
            folder / "lib" / f"load_{number:03}.py",
            f"""
            from fal import ref
            {before}

            NAMES = ('before',)


            def load(name):
                return ref(name)


            def all_of_them():
                return [load(name) for name in NAMES]
            """,
        )
    for number in range(models):
        helper = number % helpers
        write(
            folder / "models" / f"after_{number:04}.py",
            f"""
            import pandas as pd

            from lib.load_{helper:03} import all_of_them, load

            frames = [load(name) for name in ('before',)]
            df = pd.concat([*frames, *all_of_them(), ref('before')])
            df['n'] = df['n'] + 1
            write_to_model(df)
            """,
        )
    return folder


def sql_only(folder: Path, count: int) -> Path:
    """A project without Python models, ten layers deep."""
    new_project(folder)
    width = count // 10
    for number in range(count):
        parent = number - width
        text = "select 1 as n" if parent < 0 else f"select n from {{{{ ref('sql_{parent:04}') }}}}"
        write(folder / "models" / f"layer_{number // width}" / f"sql_{number:04}.sql", text)
    return folder


def sleepers(folder: Path, count: int) -> Path:
    new_project(folder, threads=count)
    for number in range(count):
        write(
            folder / "models" / f"sleeper_{number}.py",
            f"""
            import time

            import pandas as pd

            time.sleep(1)
            write_to_model(pd.DataFrame({{"n": [{number}]}}))
            """,
        )
    return folder


def wide_source(folder: Path) -> Path:
    """A project with nothing but the source that `WIDE_TABLE` fills."""
    new_project(folder)
    write(
        folder / "models" / "sources.yml",
        """
        version: 2
        sources:
          - name: raw
            tables:
              - name: wide
        """,
    )
    return folder


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(textwrap.dedent(text).lstrip("\n").rstrip() + "\n", encoding="utf-8")
