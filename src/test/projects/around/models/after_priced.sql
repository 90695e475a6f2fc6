select v1.price, latest.currency
from {{ ref('priced', v=1) }} as v1
join {{ ref('priced') }} as latest using (id)
