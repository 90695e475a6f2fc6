from features import scores

write_to_model(scores(ref("model_a")))
