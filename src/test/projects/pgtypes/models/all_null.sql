{{ config(materialized='table') }} select * from {{ ref('typed') }} where "int4" is null
