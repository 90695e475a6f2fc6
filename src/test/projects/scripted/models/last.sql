select count(*) as rows from {{ ref('scored') }}
