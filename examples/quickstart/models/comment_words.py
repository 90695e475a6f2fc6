"""Counts the words customers use in their comments

For fal to pick up these dependencies:
- ref('model_b')
- ref('stop_words')
"""

import re
from collections import Counter

import pandas as pd
from fal import ref, write_to_model

# which names a loop will ask for is more than fal can tell from the code
frames = {name: ref(name) for name in ("model_b", "stop_words")}

stop_words = set(frames["stop_words"]["word"])
words = Counter(
    word
    for comment in frames["model_b"]["comment"].dropna()
    for word in re.findall(r"[a-z]+", comment.lower())
    if word not in stop_words
)
print(f"{words.total()} words, {len(words)} of them different")

write_to_model(pd.DataFrame(words.items(), columns=["word", "uses"]))
