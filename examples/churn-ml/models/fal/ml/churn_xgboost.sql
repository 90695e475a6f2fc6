
{{ config(materialized='ephemeral') }}
/*
FAL_GENERATED 01acb96164a45823aa3d93f9aa166210

Script dependencies:

{{ ref('customer_features') }}

*/

SELECT * FROM {{ target.schema }}.{{ model.name }}
