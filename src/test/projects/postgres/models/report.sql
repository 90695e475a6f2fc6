{{ config(materialized='table') }}
select customer, total from {{ ref('spent') }} where n = 3
