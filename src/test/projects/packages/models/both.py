import pandas

write_to_model(pandas.concat([ref("words", "words"), ref("words", "shouted")]))
