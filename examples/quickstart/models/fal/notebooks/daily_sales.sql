
{{ config(materialized='ephemeral') }}
/*
FAL_GENERATED fa5acbc1690cc2cb4c7a2a347007158c

Script dependencies:

{{ ref('model_b') }}

*/

SELECT * FROM {{ target.schema }}.{{ model.name }}
