import random

import numpy as np
import pandas as pd

free = [random.random(), np.random.rand()]
random.seed(1)
np.random.seed(1)
seeded = [random.random(), np.random.rand()]
write_to_model(pd.DataFrame({"free": free, "seeded": seeded}))
