{{ config(materialized='table') }}
select 'NaN'::numeric as not_a_number, 12345678901234567890.5::numeric as wide, 1e40::numeric as huge
