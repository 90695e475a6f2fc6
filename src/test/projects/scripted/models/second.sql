{{ config(materialized='table') }} select id, {{ doubled('id') }} as twice from {{ ref('first') }}
