{{ config(materialized='view') }}
select id, price * 2 as twice from {{ ref('orders') }}
