select *
from {{ ref('customer_scores') }}
where not churn_probability between 0 and 1
