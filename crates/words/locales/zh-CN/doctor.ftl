doctor-database-unreachable = 无法打开数据库 { $address }：{ $why }。请检查地址、文件权限或数据库服务是否运行。
doctor-database-unreadable = 数据库无法读取：{ $why }。请从备份恢复。
doctor-no-schema = 这个数据库里还没有回天的数据表。请先运行 huitian serve 或 huitian demo。
doctor-connection-local = 通过本机套接字连接数据库服务，他人无法窥视。
doctor-connection-encrypted = 与数据库的连接已加密（{ $version }，{ $cipher }），并核对了服务器证书。
doctor-connection-unverified = 与数据库的连接已加密（{ $version }，{ $cipher }），但没有核对对方身份。如经过他人可及的网络，请在地址中加上 sslmode=verify-full。
doctor-connection-plain = 与数据库的连接没有加密。如经过他人可及的网络，请在数据库服务上设置 ssl = on，并在地址中加上 sslmode=verify-full。
doctor-schema-current = 数据表版本 { $found }，与程序一致。
doctor-schema-older = 数据表版本 { $found }，程序为 { $known }。下次启动服务时会自动升级；请先备份。
doctor-schema-newer = 数据表版本 { $found } 比程序（{ $known }）新。请使用更新的程序。
doctor-file-sound = 数据库文件完好。
doctor-file-damaged = 数据库文件损坏：{ $why }。请从备份恢复。
doctor-journal-sound = 记录簿完好，共 { $entries } 条。
doctor-journal-broken = 记录簿被改动过，有 { $faults } 处问题。请运行 huitian verify 查看，并从备份恢复。
doctor-no-accounts = 还没有可以登录的账号。请运行 huitian account add。
doctor-verdict-good = 安装正常。
doctor-verdict-bad = 安装有问题，见上。
