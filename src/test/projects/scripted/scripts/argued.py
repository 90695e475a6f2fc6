from noting import note

note("argued", context.arguments["left"], context.arguments["right"])
