doctor-database-unreachable = The database { $address } cannot be opened: { $why }. Check the address, the file's permissions, or whether the database server runs.
doctor-database-unreadable = The database cannot be read: { $why }. Restore a backup.
doctor-no-schema = This database has no Huitian tables yet. Run huitian serve or huitian demo first.
doctor-connection-local = The database server is reached by a socket of this machine: nobody can read along.
doctor-connection-encrypted = The connection to the database is encrypted ({ $version }, { $cipher }) and the server's certificate was checked.
doctor-connection-unverified = The connection to the database is encrypted ({ $version }, { $cipher }), but nobody checks who answers. Where others are on the way, add sslmode=verify-full to its address.
doctor-connection-plain = The connection to the database is not encrypted. Where others are on the way, set ssl = on at the server and add sslmode=verify-full to its address.
doctor-schema-current = Schema version { $found }, as this program expects.
doctor-schema-older = Schema version { $found }, this program has { $known }. It is upgraded when the server next starts; make a backup first.
doctor-schema-newer = Schema version { $found } is newer than this program ({ $known }). Use a newer program.
doctor-file-sound = The database file is sound.
doctor-file-damaged = The database file is damaged: { $why }. Restore a backup.
doctor-journal-sound = The journal is sound, { $entries } entries.
doctor-journal-broken = The journal was altered, { $faults } faults. Run huitian verify to see them, and restore a backup.
doctor-no-accounts = Nobody can sign in yet. Run huitian account add.
doctor-verdict-good = The installation is in order.
doctor-verdict-bad = Something is wrong, see above.
