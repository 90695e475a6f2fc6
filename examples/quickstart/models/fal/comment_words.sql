
{{ config(materialized='ephemeral') }}
/*
FAL_GENERATED ee9dc1bc85647ffb1f756a211c22c0c2

Script dependencies:

{{ ref('model_b') }}
{{ ref('stop_words') }}

*/

SELECT * FROM {{ target.schema }}.{{ model.name }}
