
{{ config(materialized='ephemeral') }}
/*
FAL_GENERATED be5a48c5edd7de2c581a936a0beb6fa1

Script dependencies:

{{ ref('model_a') }}
{{ source('database_b', 'table_b') }}
{{ ref('model_c') }}

*/

SELECT * FROM {{ target.schema }}.{{ model.name }}
