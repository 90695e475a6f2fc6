{{ config(materialized='table') }}
select 1 as id, 2.5 as price, timestamp '2024-01-02' as at
