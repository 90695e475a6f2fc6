from fal import ref, write_to_model

df = ref('model_a')
df['col'] = 1

# write to data warehouse
write_to_model(df)
