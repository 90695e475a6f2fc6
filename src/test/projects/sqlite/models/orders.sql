{{ config(materialized='table') }}
select 1 as id, 2.5 as price, 'a' as name, date('2024-02-29') as day union all
select 2, 4, 'bé', null
