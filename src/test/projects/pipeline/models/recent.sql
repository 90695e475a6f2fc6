{{ config(materialized='ephemeral') }}
select * from {{ ref('model_a') }} where id = 2
