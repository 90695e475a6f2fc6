select count(*) as n from {{ ref('doubled') }}
