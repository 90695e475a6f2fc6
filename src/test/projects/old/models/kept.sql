{{ config(materialized='incremental') }}
select id, '{{ target.name }}' as target from {{ ref('scored') }}
