select count(*) as n, sum(twice) as twice from {{ ref('again') }}
