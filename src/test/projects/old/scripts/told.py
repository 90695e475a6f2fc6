print("told", context.arguments)
