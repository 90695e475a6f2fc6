{{ config(materialized='ephemeral') }} select id + 10 as id from {{ ref('first') }}
