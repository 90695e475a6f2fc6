select * from {{ ref('waits') }}
