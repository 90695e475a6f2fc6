import pandas

assert ref("words", "model_b").word.tolist() == ["theirs"]
write_to_model(pandas.concat([ref("words", "words"), ref("words", "shouted")]))
