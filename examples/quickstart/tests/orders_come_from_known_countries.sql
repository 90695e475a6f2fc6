-- Rows that a test returns are its failures.
select orders.order_id
from {{ ref('model_a') }} as orders
left join {{ ref('countries') }} as countries using (country)
where countries.country is null
