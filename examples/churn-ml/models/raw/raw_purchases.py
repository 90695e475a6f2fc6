"""Every purchase of the CDNOW customers, as the lifetimes package ships them."""

from importlib import metadata

import pandas as pd
from fal import write_to_model

package = metadata.distribution("lifetimes")
df = pd.read_csv(
    str(package.locate_file("lifetimes/datasets/CDNOW_master.txt")),
    sep=r"\s+",
    dtype={"date": str},
)
print(f"{len(df)} purchases of {df['customer_id'].nunique()} customers")

write_to_model(df)
