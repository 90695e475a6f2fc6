select *, 1 as col
from {{ ref('model_a') }}
