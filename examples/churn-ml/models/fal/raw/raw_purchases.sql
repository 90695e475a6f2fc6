
{{ config(materialized='ephemeral') }}
/*
FAL_GENERATED 31c193b5f00c718a9d9e8fe0d8c3b180

Script dependencies:



*/

SELECT * FROM {{ target.schema }}.{{ model.name }}
