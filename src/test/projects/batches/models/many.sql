{{ config(materialized='table') }}
select range as id, (range % 7)::integer as remainder, 'row ' || range as name, case when range >= 500000 then range end as late
from range(600000)
