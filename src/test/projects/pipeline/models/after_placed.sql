select count(*) as n from {{ ref('placed') }}
