select 'one' as word
