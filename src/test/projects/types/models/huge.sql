{{ config(materialized='table') }}
select 170141183460469231731687303715884105727::hugeint as h
