"""What the functions answer to wrong questions."""


def ask(what, question):
    try:
        print(what, question())
    except Exception as error:
        print(what, type(error).__name__, getattr(error, "code", None), error)


ask("ref", lambda: ref("order"))
ask("package", lambda: ref("nobody", "orders"))
ask("disabled", lambda: ref("off"))
ask("not built", lambda: ref("kept"))
ask("source", lambda: source("raw", "event"))
ask("mode", lambda: write_to_source(ref("orders"), "raw", "events", mode="merge"))
ask("positional", lambda: write_to_source(ref("orders"), "raw", "events", {"id": "bigint"}))
ask("target", lambda: write_to_model(ref("orders"), target_1="kept"))
ask("sql", lambda: execute_sql("select * from nowhere"))
ask("firestore", lambda: write_to_firestore)
ask("el", lambda: el)
