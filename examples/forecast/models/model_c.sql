-- The days Prophet learns from, in the columns Prophet asks for.
select
    date as ds,
    births as y
from {{ source('database_b', 'table_b') }}
where date < date '{{ var('forecast_from') }}'
order by ds
