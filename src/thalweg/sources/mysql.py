"""Tables of MySQL and MariaDB."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, ClassVar, Self

from thalweg.sources.databases.server_source import ServerSource

if TYPE_CHECKING:
    from thalweg.sources.databases.server import Login, Server


class Mysql(ServerSource):
    """Read a table or view of MySQL or MariaDB: `mysql://host/database#table`.

    Credentials come from the environment alone: MYSQL_USER and MYSQL_PWD, or the variable that `password_env` names;
    in an address `${NAME}` stands for a variable: `mysql://reader:${SHOP_PASSWORD}@db.example.org/shop#orders`.

    The table is read by one query, hence, of a transactional engine such as InnoDB, in one snapshot. Whether it is read
    again is told by the server's own CHECKSUM TABLE, which looks at every row; of a view by a digest of its rows.
    `decimal(p, s)` is read as DECIMAL up to 38 digits, else as DOUBLE; `tinyint(1)` as the number it is; dates without
    a month or a day, such as 0000-00-00, are missing and told in the ledger; TIMESTAMP is in UTC; types that have no
    equal are read as text.
    """

    kind: ClassVar[str] = "mysql"
    schemes: ClassVar[tuple[str, ...]] = ("mysql", "mariadb")
    schemas: ClassVar[bool] = False

    @classmethod
    def example(cls) -> Self:
        return cls(host="db.example.org", database="shop", table="orders")

    def server(self) -> Server:
        from thalweg.sources.databases.mysql_server import MysqlServer

        return MysqlServer()

    def login(self) -> Login:
        from thalweg.sources.databases.server import Login

        place = self.place()
        place["user"] = place["user"] or os.environ.get("MYSQL_USER")
        return Login(**place, port=self.port, password=self.password("MYSQL_PWD"), timeout=self.timeout)

    def home(self) -> str | None:
        return self.place()["database"]
