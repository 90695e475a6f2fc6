{{ config(materialized='table', event_time='ordered_at') }}
select 1 as id, timestamp '2024-03-01 10:00:00' as ordered_at
union all
select 2, timestamp '2024-03-09 10:00:00'
