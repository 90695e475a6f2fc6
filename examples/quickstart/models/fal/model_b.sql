
{{ config(materialized='ephemeral') }}
/*
FAL_GENERATED b6a6d6e296f63595d713c7ecc6a73f4a

Script dependencies:

{{ ref('model_a') }}

*/

SELECT * FROM {{ target.schema }}.{{ model.name }}
