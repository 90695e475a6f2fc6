{{ config(materialized='table') }}
select range as id, range * 2 as twice, range % 7 as remainder from range(4000000)
