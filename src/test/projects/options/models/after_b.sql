{{ config(materialized='incremental') }}
select * from {{ ref('model_b') }}
