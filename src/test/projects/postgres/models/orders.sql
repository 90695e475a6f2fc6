{{ config(materialized='table') }}
select i as id, 'customer ' || i % 3 as customer, (i * 1.25)::numeric(10, 2) as price
from generate_series(1, 9) as i
