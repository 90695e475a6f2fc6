{{ config(materialized='table') }} select * from {{ ref('typed') }} where false
