select range as id, 'name ' || range as name from range(3)
