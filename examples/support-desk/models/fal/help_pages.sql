
{{ config(materialized='ephemeral') }}
/*
FAL_GENERATED f2417d14e557fd7d29d91754b3c1f0e6

Script dependencies:

{{ ref('stg_tickets') }}

*/

SELECT * FROM {{ target.schema }}.{{ model.name }}
