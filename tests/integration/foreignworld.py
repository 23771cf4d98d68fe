"""The world around a foreign client: Kafka, Postgres, a broker, adapters of others, questions to the ledger. The client itself knows nothing of it."""
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support")]

import psycopg  # noqa: E402

from world import World, eventually  # noqa: E402,F401


def foreign_world(name):
    return World(ROOT / "var" / "tests" / name, build=sys.argv[1] if len(sys.argv) > 1 else "build")


def query(w, sql, *parameters):
    with psycopg.connect(w.conninfo("ecocase")) as db:
        return db.execute(sql, parameters).fetchall()
