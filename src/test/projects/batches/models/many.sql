{{ config(materialized='table') }}
select range as id, (range % 7)::integer as remainder, 'row ' || range as name, case when range >= 1900000 then range end as late
from range(2000000)
