-- A test of a Python model is a test like any other.
select order_id
from {{ ref('model_b') }}
where col <> 1
