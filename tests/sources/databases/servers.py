"""Real database servers for tests: private, on loopback, in a folder of their own, gone with the test session."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PASSWORD = "S3cr-et geheim'\\x"
UTF8 = ("-E", "UTF8", "--locale=C.UTF-8")
LOOPBACK = ("--bind-address=127.0.0.1", "--skip-name-resolve")
TYPES = {
    "INTEGER": "integer",
    "NUMERIC": "numeric(12,4)",
    "DATETIME": "timestamp",
    "DATE": "date",
    "REAL": "float8",
}


@dataclass(frozen=True)
class Running:
    """A server that runs: where, and how to run statements on it as its owner."""

    port: int
    client: Sequence[str]
    environment: dict[str, str]

    def run(self, statements: str, database: str) -> str:
        done = subprocess.run(
            [*self.client, database],
            input=statements,
            text=True,
            capture_output=True,
            env={**os.environ, **self.environment},
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def program(name: str, *folders: str) -> str:
    """The path of a server's program; the test is skipped where it is missing."""
    found = shutil.which(name, path=os.pathsep.join([*folders, os.environ.get("PATH", ""), "/usr/sbin"]))
    if found is None:
        pytest.skip(f"needs the program {name}")
    return found


def postgres_folders() -> list[str]:
    return [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]


@contextmanager
def owned_folder(users: Sequence[str]) -> Iterator[tuple[Path, dict]]:
    """A folder for a server, and the arguments that start it as a user who is not root: these servers refuse root."""
    who: dict = {}
    folder = Path(tempfile.mkdtemp(prefix="thalweg-server-"))
    if os.getuid() == 0:
        known = {entry.pw_name: entry for entry in pwd.getpwall()}
        user = next((known[name] for name in users if name in known), None)
        if user is None:
            pytest.skip("the server must not run as root, and there is no user to run it as")
        os.chown(folder, user.pw_uid, user.pw_gid)
        who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    try:
        yield (
            folder,
            {**who, "cwd": folder, "env": {**os.environ, "TMPDIR": str(folder), "HOME": str(folder)}},
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres() -> Iterator[Running]:
    folders = postgres_folders()
    initdb, server, client = (program(name, *folders) for name in ("initdb", "postgres", "psql"))
    with owned_folder(["postgres", "nobody"]) as (folder, how):
        secret = folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        subprocess.run(
            [
                initdb,
                "-D",
                "data",
                "-U",
                "owner",
                "--auth=scram-sha-256",
                f"--pwfile={secret}",
                "--no-sync",
                *UTF8,
            ],
            check=True,
            capture_output=True,
            **how,
        )
        port = free_port()
        settings = ["listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", "fsync=off"]
        arguments = [part for setting in settings for part in ("-c", setting)]
        log = (folder / "log").open("wb")
        running = subprocess.Popen(
            [server, "-D", "data", "-p", str(port), *arguments], stdout=log, stderr=log, **how
        )
        try:
            address = ["-h", "127.0.0.1", "-p", str(port), "-U", "owner", "-v", "ON_ERROR_STOP=1", "-qAtX"]
            found = Running(port, [client, *address], {"PGPASSWORD": PASSWORD})
            answers(found, "postgres", folder / "log")
            yield found
        finally:
            running.send_signal(signal.SIGINT)  # what PostgreSQL calls a fast shutdown
            running.wait(30)
            log.close()


@contextmanager
def mariadb() -> Iterator[Running]:
    install, server, client = (program(name) for name in ("mariadb-install-db", "mariadbd", "mariadb"))
    with owned_folder(["mysql", "nobody"]) as (folder, how):
        subprocess.run(
            [
                install,
                "--no-defaults",
                f"--datadir={folder / 'data'}",
                "--skip-test-db",
                "--auth-root-authentication-method=normal",
            ],
            check=True,
            capture_output=True,
            **how,
        )
        port = free_port()
        sock = folder / "socket"
        log = (folder / "log").open("wb")
        running = subprocess.Popen(
            [
                server,
                "--no-defaults",
                f"--datadir={folder / 'data'}",
                f"--socket={sock}",
                f"--port={port}",
                f"--tmpdir={folder}",
                *LOOPBACK,
            ],
            stdout=log,
            stderr=log,
            **how,
        )
        try:
            found = Running(
                port, [client, "--no-defaults", "-S", str(sock), "-u", "root", "-BN"], {"MYSQL_PWD": ""}
            )
            answers(found, "mysql", folder / "log")
            yield found
        finally:
            running.terminate()
            running.wait(30)
            log.close()


def answers(server: Running, database: str, log: Path) -> None:
    """Wait until a server does."""
    for _ in range(200):
        try:
            server.run("SELECT 1;", database)
        except AssertionError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(log.read_text(errors="replace"))


def northwind(path: Path, quote: str, types: dict[str, str] | None = None) -> str:
    """The statements that make the tables of Northwind in another database, from the SQLite file."""
    types = types or {}
    statements = []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        names = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        for table in names:
            if table.startswith("sqlite_"):
                continue
            described = connection.execute("SELECT name, type FROM pragma_table_info(?)", (table,)).fetchall()
            kept = [(name, kind) for name, kind in described if kind != "BLOB"]
            columns = ", ".join(quoted(name, quote) for name, _ in kept)
            declared = ", ".join(
                f"{quoted(name, quote)} {types.get(kind, TYPES.get(kind, 'text'))}" for name, kind in kept
            )
            statements.append(f"CREATE TABLE {quoted(table, quote)} ({declared});")
            wanted = ", ".join(quoted(name, '"') for name, _ in kept)
            rows = connection.execute(f"SELECT {wanted} FROM {quoted(table, chr(34))}").fetchall()
            if rows:
                values = ", ".join(f"({', '.join(map(literal, row))})" for row in rows)
                statements.append(f"INSERT INTO {quoted(table, quote)} ({columns}) VALUES {values};")
    return "\n".join(statements)


def quoted(name: str, quote: str) -> str:
    return quote + name.replace(quote, quote * 2) + quote


def literal(value: object) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, (int, float)) else "'" + str(value).replace("'", "''") + "'"
