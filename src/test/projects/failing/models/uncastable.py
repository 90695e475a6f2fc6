df = ref("model_a")
df["amount"] = "many"
write_to_model(
    df,
    dtype={"amount": "INTEGER"},
)
